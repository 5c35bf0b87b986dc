import './basketTotal.js';
import { productPage } from './productPage.js';

const main = document.querySelector('main');
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  const number = ++last;
  main.replaceChildren(productPage({ name: `Lamp ${number}`, price: 20 + (number % 7) }));
});
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
