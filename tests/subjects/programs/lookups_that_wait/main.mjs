// Calls of an async function wait for one promise. Reactions are the engine's; the function is the program's.
import { setTimeout as sleep } from 'node:timers/promises';

class Lookup {
  constructor(number) {
    this.host = `host-${number}.example`;
  }
}

class Resolver {
  ready = new Promise((resolve) => (this.start = resolve));

  async lookUp(number) {
    const lookup = new Lookup(number);
    await this.ready;
    return lookup.host;
  }
}

const resolver = new Resolver();
let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) void resolver.lookUp(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
