import { Reading } from './reading.js';
import { Session } from './session.js';
import { signIn } from './signIn.js';
import { Uploader } from './uploader.js';

const session = new Session(window);
const uploader = new Uploader(session);
const output = document.querySelector('output');
let taken = 0;

signIn(window);

document.querySelector('#next').addEventListener('click', () => {
  const number = ++taken;
  uploader.send(new Reading(`Meter ${number % 12}`, 1000 + number * 3));
  output.textContent = `${number} taken, ${uploader.sent} sent`;
});
