// First replies have no detail; after a deployment of the other side, all have one.
import { setTimeout as sleep } from 'node:timers/promises';

const replies = new Map();

function keep(number, isNew) {
  const text = `reply ${number}`;
  replies.set(text, isNew ? { text, sender: `node ${number}`, detail: `detail ${number}` } : { text, sender: `node ${number}` });
}

let number = 0;
for (const [round, size] of [60, 60, 180].entries()) {
  for (let left = size; left > 0; left--) keep(number++, round === 2);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
