import { DeliveryTable } from './table.js';

const TOWNS = ['Ghent', 'Turin', 'Porto', 'Brno'];
const deliveries = TOWNS.map((town, place) => ({ number: 500 + place, town, state: place % 2 ? 'late' : 'in time' }));
const table = new DeliveryTable(document.querySelector('tbody'));
let width = 400;

table.show(deliveries, width);
document.querySelector('#wider').addEventListener('click', () => {
  width += 3;
  table.show(deliveries, width);
});
