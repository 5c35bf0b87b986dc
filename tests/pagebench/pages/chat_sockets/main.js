import { Room } from './room.js';

const main = document.querySelector('main');
let number = 0;

document.querySelector('#open').addEventListener('click', () => main.append(new Room(`room ${++number}`).element));
document.querySelector('#close').addEventListener('click', () => main.replaceChildren());
