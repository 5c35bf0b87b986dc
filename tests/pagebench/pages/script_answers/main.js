import { suggestions } from './suggestions.js';

const list = document.querySelector('ul');
let asked = 0;

document.querySelector('#open').addEventListener('click', async () => {
  const streets = await suggestions(++asked);
  list.replaceChildren(
    ...streets.map((street) => {
      const item = document.createElement('li');
      item.textContent = street;
      return item;
    }),
  );
});
document.querySelector('#close').addEventListener('click', () => list.replaceChildren());
