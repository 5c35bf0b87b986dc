// Server-side rendering: cards are taken out of the page but stay in an index for quick access.

import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body><main></main></body></html>');
const main = document.querySelector('main');
const cardsById = {};

function showCard(id, title) {
  const card = document.createElement('article');
  const heading = document.createElement('h2');
  heading.textContent = title;
  card.appendChild(heading);
  card.setAttribute('data-id', id);
  main.appendChild(card);
  cardsById[id] = card;
  return card;
}

export async function work(number) {
  const card = showCard(`card-${number}`, `Order ${number}`);
  await null;
  main.removeChild(card);
}
