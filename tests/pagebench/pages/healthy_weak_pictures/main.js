import { picture } from './pictures.js';

const main = document.querySelector('main');
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  const { name, pixels } = picture(`picture-${++last}`);
  main.textContent = `${name}, ${pixels.length} bytes`;
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
