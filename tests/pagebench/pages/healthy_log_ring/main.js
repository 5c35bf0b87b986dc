import { latest, log, report } from './log.js';

const output = document.querySelector('output');
let row = 0;

function importRow(number) {
  const cells = [`Customer ${number}`, `Street ${number % 40}`, number * 12];
  if (number % 10 === 0) log('warning', `Row ${number} has no country`, { cells });
  log('info', `Row ${number} was imported`, { cells });
}

document.querySelector('#next').addEventListener('click', () => {
  importRow(++row);
  output.textContent = `${latest().message} (${report().length} lines)`;
});
