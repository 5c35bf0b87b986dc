import './brandCard.js';

const main = document.querySelector('main');
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  const card = document.createElement('brand-card');
  card.brand = { name: `Brand ${++last}`, hue: (last * 37) % 360 };
  main.replaceChildren(card);
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
