import { drawAxis } from './axis.js';
import { latestPrices } from './prices.js';

const canvas = document.querySelector('canvas');

function label({ time, price }) {
  return `${time.toISOString().slice(11, 19)} ${price.toFixed(2)}`;
}

document.querySelector('#next').addEventListener('click', () => drawAxis(canvas, latestPrices().map(label)));
