import { stockTable } from './stockTable.js';

const NAMES = ['bolts', 'nuts', 'pins'];
const warehouses = new Map(Array.from({ length: 80 }, (_, id) => [id, { id, town: `Town ${id}`, shelves: id % 9 }]));
const place = document.querySelector('main');
let shown = 0;

document.querySelector('#next').addEventListener('click', () => {
  const { town } = warehouses.get(shown % warehouses.size);
  const heading = document.createElement('h2');
  heading.textContent = town;
  place.replaceChildren(heading, stockTable(NAMES[shown++ % NAMES.length]));
});
