// Effects subscribe to a signal, and know it; nobody stops them.
import { setTimeout as sleep } from 'node:timers/promises';

class Signal {
  #value;
  #readers = new Set();

  constructor(value) {
    this.#value = value;
  }

  attach(effect) {
    this.#readers.add(effect);
    effect.sources.push(this);
    effect.run(this.#value);
  }
}

class Effect {
  sources = [];

  constructor(run) {
    this.run = run;
  }
}

const theme = new Signal('dark');

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) {
      const banner = { title: `banner ${number++}` };
      theme.attach(new Effect((value) => (banner.theme = value)));
    }
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
await main();
