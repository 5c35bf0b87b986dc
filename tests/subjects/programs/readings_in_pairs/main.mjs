// Pairs of a time and a reading: arrays of two, as entries of a Map are.
import { setTimeout as sleep } from 'node:timers/promises';

class Reading {
  constructor(number) {
    this.text = `${number} degrees`;
    this.sensor = { floor: `floor ${number % 3}` };
  }
}

const station = { name: 'north', history: [] };
const measure = (number) => station.history.push([`${number} s`, new Reading(number)]);

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) measure(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
