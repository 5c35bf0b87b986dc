// A Map keeps the handles. The registry has a text for each, which does not lead to it.
import { setTimeout as sleep } from 'node:timers/promises';

class Handle {
  constructor(number) {
    this.path = `/tmp/${number}`;
    this.blocks = [`block ${number}`];
  }
}

const live = new Map();
const registry = new FinalizationRegistry((held) => live.delete(held.key));

function open(number) {
  const handle = new Handle(number);
  live.set(`handle ${number}`, handle);
  registry.register(handle, { key: `handle ${number}`, log: [`opened ${number}`] });
}

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) open(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
