import { GridCell } from './gridCell.js';

const grid = document.querySelector('#grid');
let number = 0;
document.querySelector('#fill').addEventListener('click', () => {
  grid.replaceChildren();
  for (let place = 0; place < 3; place++) {
    const cell = document.createElement('grid-cell');
    cell.textContent = `Value ${++number}`;
    grid.append(cell);
  }
});
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => GridCell.recolour('dark'));
