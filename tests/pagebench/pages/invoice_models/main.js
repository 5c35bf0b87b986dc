import { InvoiceEditor } from './invoiceEditor.js';

const main = document.querySelector('main');
let editor = null;
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  editor = new InvoiceEditor(++last);
  main.append(editor.render());
});
document.querySelector('#close').addEventListener('click', () => {
  editor.close();
  editor = null;
});
