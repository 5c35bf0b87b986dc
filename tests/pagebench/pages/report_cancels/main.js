import { loadReport } from './reports.js';

const main = document.querySelector('main');
let last = 0;

document.querySelector('#open').addEventListener('click', async () => {
  const { title, rows } = await loadReport(++last);
  main.textContent = `${title}: ${rows.length} rows`;
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
