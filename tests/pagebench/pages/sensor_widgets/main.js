import { roomNumber } from './rooms.js';
import { SensorWidget } from './sensorWidget.js';

const main = document.querySelector('#room');
let number = 0;

document.querySelector('#next').addEventListener('click', () => {
  main.replaceChildren();
  const room = roomNumber(++number);
  for (const sensor of room.sensors) new SensorWidget(sensor, main);
});
