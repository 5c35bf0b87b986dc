import { StreamView } from './streamView.js';

const main = document.querySelector('main');
let view = null;
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  view = new StreamView(`Camera ${++last}`);
  main.append(view.element);
  view.start();
});
document.querySelector('#close').addEventListener('click', () => {
  view.stop();
  view = null;
});
