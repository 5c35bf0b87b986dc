import './tile.js';

const place = document.querySelector('#place');
let number = 0;
document.querySelector('#next').addEventListener('click', () => {
  const tile = document.createElement('weather-tile');
  tile.town = `Town ${++number}`;
  place.replaceChildren(tile);
});
