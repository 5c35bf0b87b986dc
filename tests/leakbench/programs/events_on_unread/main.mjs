// An asynchronous iterator over events is opened and then only looked at once.

import { EventEmitter, on } from 'node:events';

class Reading {
  constructor(number) {
    this.number = number;
    this.sensor = `sensor-${number % 3}`;
    this.values = [number, number / 2];
  }
}

const device = new EventEmitter();
const readings = on(device, 'reading');

device.emit('reading', new Reading(-1));
export const first = (await readings.next()).value[0];

export function work(number) {
  device.emit('reading', new Reading(number));
}
