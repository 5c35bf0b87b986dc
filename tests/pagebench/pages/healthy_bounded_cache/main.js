import { Tiles } from './tiles.js';

const tiles = new Tiles();
const main = document.querySelector('main');
let row = 0;

document.querySelector('#next').addEventListener('click', () => {
  row++;
  main.textContent = [0, 1, 2].map((column) => tiles.tile(row, column).label).join(', ');
});
