import { Gauge } from './gauge.js';

const place = document.querySelector('#place');
let gauge;
document.querySelector('#open').addEventListener('click', () => {
  gauge = new Gauge(place);
});
document.querySelector('#close').addEventListener('click', () => gauge.close());
