import { html, render } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import './priceTag';

const products = Array.from({ length: 140 }, (_, place) => ({ name: `Tea ${place}`, price: 2 + place / 10 }));
const shelf = document.querySelector<HTMLElement>('#shelf')!;
let shown = 0;

document.querySelector('#next')!.addEventListener('click', () => {
  const first = (shown * 3) % 120;
  const visit = ++shown;
  const slice = products.slice(first, first + 3);
  render(
    repeat(
      slice,
      ({ name }) => `${visit} ${name}`,
      ({ name, price }) => html`<price-tag .product=${name} .amount=${price}></price-tag>`,
    ),
    shelf,
  );
});
