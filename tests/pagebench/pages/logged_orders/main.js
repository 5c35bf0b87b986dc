import { Order } from './order.js';
import { submit } from './submitting.js';

let number = 0;
document.querySelector('#order').addEventListener('click', () => {
  const order = new Order(++number, ['tea', 'milk', 'sugar']);
  document.querySelector('output').textContent = submit(order);
});
