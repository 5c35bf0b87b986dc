import { createGauge } from './gauge.js';

const main = document.querySelector('main');
let number = 0;

document.querySelector('#open').addEventListener('click', () => main.append(createGauge(++number % 100)));
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
