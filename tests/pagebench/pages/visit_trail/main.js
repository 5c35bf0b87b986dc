import { Trail } from './trail.js';

const main = document.querySelector('main');
const trail = new Trail();
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  trail.visit({ title: `Chapter ${++last}`, scrollTop: last % 400 });
  main.textContent = trail.current.title;
});
document.querySelector('#close').addEventListener('click', () => {
  trail.back();
  main.textContent = trail.current?.title ?? '';
});
