import { letter } from './letters.js';
import { letterView } from './letterView.js';

const main = document.querySelector('main');
let opened = 0;

document.querySelector('#open').addEventListener('click', () => main.replaceChildren(letterView(letter(++opened))));
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
