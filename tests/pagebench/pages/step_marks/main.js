import { renderBasket } from './basket.js';
import { timed } from './timing.js';

const main = document.querySelector('main');
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  const lines = timed('basket', () => renderBasket(main, ++last));
  main.dataset.lines = lines;
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
