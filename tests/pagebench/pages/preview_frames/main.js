import { compose } from './newsletters.js';
import { openPreview } from './previews.js';

const place = document.querySelector('main');
let issue = 0;
let preview = null;

document.querySelector('#open').addEventListener('click', () => {
  preview = openPreview(place, compose(++issue));
});
document.querySelector('#close').addEventListener('click', () => {
  preview?.close();
  preview = null;
});
