import { seen } from './beacons.js';
import { offer } from './offers.js';

const section = document.querySelector('section');
let last = 0;

document.querySelector('#next').addEventListener('click', () => {
  const shown = offer(++last);
  const card = document.createElement('article');
  card.append(`${shown.title}, ${shown.rooms} rooms`);
  section.replaceChildren(card);
  seen(shown, card);
});
