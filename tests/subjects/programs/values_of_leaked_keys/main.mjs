// Connections stay in a Set; what a WeakMap keeps for each grows as long as they do.
import { setTimeout as sleep } from 'node:timers/promises';

class Connection {
  constructor(number) {
    this.peer = `10.0.0.${number}`;
  }
}

class Frame {
  constructor(number) {
    this.text = `frame ${number}`;
    this.parts = [`part ${number}`];
  }
}

const connections = new Set();
const framesOf = new WeakMap();

function receive(number) {
  const connection = new Connection(number);
  connections.add(connection);
  framesOf.set(connection, []);
  for (const one of connections) framesOf.get(one).push(new Frame(number));
}

let number = 0;
for (const size of [20, 20, 60]) {
  for (let left = size; left > 0; left--) receive(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
