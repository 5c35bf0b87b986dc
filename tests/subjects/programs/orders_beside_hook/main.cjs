'use strict';
// An async hook counts resources. Orders by number are in the same module, and have nothing to do with it.
const asyncHooks = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');

class Order {
  constructor(number) {
    this.article = `article ${number}`;
    this.lines = [`line ${number}`];
  }
}

const counts = new Map();
const orders = new Map();

asyncHooks
  .createHook({
    init(id, type) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
    },
  })
  .enable();

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--, number++) orders.set(number, new Order(number));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
