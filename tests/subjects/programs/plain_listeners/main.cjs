'use strict';
// People who listen to a radio: a name that says nothing about events.
const { setTimeout: sleep } = require('node:timers/promises');

class Person {
  constructor(number) {
    this.name = `person ${number}`;
    this.greet = () => `I am ${this.name}`;
  }
}

const listeners = [];

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) listeners.push(new Person(number++));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
