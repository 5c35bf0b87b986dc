import { exportRows } from './exporting.js';

const output = document.querySelector('output');
let number = 0;

document.querySelector('#export').addEventListener('click', async () => {
  const rows = Array.from({ length: 5 }, (_, place) => ({ order: ++number, amount: place * 11 }));
  const text = await exportRows(rows);
  output.textContent = `${text.length} characters`;
});
