import { close, show } from './popoverPool.js';

const towns = Array.from({ length: 150 }, (_, place) => ({ name: `Town ${place}`, people: 900 + place * 31 }));
const map = document.querySelector('#map');
const open = new Set();
let step = 0;

document.querySelector('#hover').addEventListener('click', (event) => {
  event.stopPropagation();
  step++;
  const count = 1 + ((step * 5) % 16);
  for (let place = 0; place < count; place++) open.add(show(map, towns[(step + place) % towns.length]));
});

document.body.addEventListener('click', () => {
  for (const popover of open) close(popover);
  open.clear();
});
