import { note } from './spans.js';

let last = 0;
const main = document.querySelector('main');

document.querySelector('#open').addEventListener('click', () => {
  main.textContent = `Tile ${++last}`;
  note(`tile ${last}`);
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
