import { Feed } from './feed.js';

const section = document.querySelector('#feed');
let feed = null;
let number = 0;

document.querySelector('#open').addEventListener('click', () => {
  feed = new Feed(`topic ${++number}`, section);
  feed.start();
});
document.querySelector('#close').addEventListener('click', () => feed?.stop());
