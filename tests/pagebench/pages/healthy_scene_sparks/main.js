import { Game } from './game.js';

const game = new Game();
const count = document.querySelector('#count');
document.querySelector('#fire').addEventListener('click', () => {
  game.fire();
  count.textContent = game.scene.children.filter((child) => child.visible).length;
});
