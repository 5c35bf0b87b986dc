// A transfer listens to its source and to its target, which both live as long as the process.
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const source = new EventEmitter().setMaxListeners(0);
const target = new EventEmitter().setMaxListeners(0);

class Transfer {
  constructor(number) {
    this.name = `transfer ${number}`;
    this.bytes = [];
    source.on('data', (chunk) => this.bytes.push(chunk));
    target.on('drain', () => this.bytes.shift());
  }
}

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) new Transfer(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
