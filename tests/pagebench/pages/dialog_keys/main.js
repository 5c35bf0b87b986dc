import { ContactDialog } from './contactDialog.js';
import { contactNumber } from './contacts.js';

let dialog = null;
let number = 0;

document.querySelector('#open').addEventListener('click', () => {
  dialog = new ContactDialog(contactNumber(++number));
  dialog.open(document.querySelector('main'));
});
document.querySelector('#close').addEventListener('click', () => {
  dialog?.close();
  dialog = null;
});
