'use strict';
// The held values are functions that see the module, and so the Map that keeps the handles.
const { setTimeout: sleep } = require('node:timers/promises');

class Handle {
  constructor(number) {
    this.path = `/tmp/${number}`;
  }
}

const live = new Map();
const registry = new FinalizationRegistry((close) => close());

function open(number) {
  const key = `handle ${number}`;
  live.set(key, new Handle(number));
  registry.register(live.get(key), () => live.delete(key));
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) open(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
