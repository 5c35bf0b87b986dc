import { showChart } from './chartPanel.js';
import { readings } from './readings.js';

const main = document.querySelector('main');
let number = 0;

document.querySelector('#open').addEventListener('click', () => showChart(main, readings(++number)));
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
