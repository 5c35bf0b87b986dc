'use strict';
// The state of a device is a value of a WeakMap, and in a list as well. The list is what keeps it.
const { setTimeout: sleep } = require('node:timers/promises');

class Device {
  constructor(number) {
    this.name = `device ${number}`;
  }
}

class State {
  constructor(number) {
    this.text = `state ${number}`;
    this.changes = [`change ${number}`];
  }
}

const stateOf = new WeakMap();
const devices = Array.from({ length: 10 }, (_, number) => new Device(number));
const recent = { states: [] };

function change(number) {
  const state = new State(number);
  stateOf.set(devices[number % devices.length], state);
  recent.states.push(state);
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) change(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
