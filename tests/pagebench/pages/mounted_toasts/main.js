import { notify } from './notify.js';

const undone = [];
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  const number = ++last;
  notify(`Message ${number} is in the archive`, () => {
    undone.unshift(number);
    undone.length = Math.min(undone.length, 5);
  });
});
