import { thumbnailOf } from './thumbnails.js';

const main = document.querySelector('main');
let page = 0;

document.querySelector('#next').addEventListener('click', () => {
  page++;
  main.replaceChildren(...[0, 1, 2].map((place) => thumbnailOf(`/photos/${page}-${place}.jpg`).element()));
});
