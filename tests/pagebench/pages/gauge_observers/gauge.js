import { keepFitting } from './fitting.js';

export function createGauge(value) {
  const gauge = document.createElement('figure');
  const bar = gauge.appendChild(document.createElement('div'));
  const caption = gauge.appendChild(document.createElement('figcaption'));
  caption.textContent = `${value} %`;
  keepFitting(bar, value / 100);
  return gauge;
}
