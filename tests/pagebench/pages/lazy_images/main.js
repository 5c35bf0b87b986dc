import { loadWhenSeen } from './lazyLoading.js';

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
const gallery = document.querySelector('#gallery');
let number = 0;
document.querySelector('#next').addEventListener('click', () => {
  gallery.replaceChildren();
  for (let place = 0; place < 4; place++) {
    const image = document.createElement('img');
    image.alt = `Picture ${++number}`;
    loadWhenSeen(image, PIXEL);
    gallery.append(image);
  }
});
