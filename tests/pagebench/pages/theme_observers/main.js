import { ReportPane } from './reportPane.js';

const main = document.querySelector('main');
let pane = null;
let number = 0;

document.querySelector('#show').addEventListener('click', () => {
  pane = new ReportPane(`Report ${++number}`);
  main.append(pane.element);
});
document.querySelector('#hide').addEventListener('click', () => {
  pane?.remove();
  pane = null;
});
