import { DocumentTab } from './documentTab.js';

const main = document.querySelector('main');
let number = 0;

document.querySelector('#open').addEventListener('click', () => new DocumentTab(`document-${++number}`, main));
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
