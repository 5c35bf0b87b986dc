import { kindOf } from './files.js';
import { iconOf } from './icons.js';

const main = document.querySelector('main');
let number = 0;

document.querySelector('#next').addEventListener('click', () => {
  const rows = [0, 1, 2, 3].map(() => {
    const row = document.createElement('p');
    row.append(iconOf(kindOf(++number)).cloneNode(true), ` file ${number}`);
    return row;
  });
  main.replaceChildren(...rows);
});
