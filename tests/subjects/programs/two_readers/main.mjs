// Both branches of a stream buffer what neither reads.
import { setTimeout as sleep } from 'node:timers/promises';

class Update {
  constructor(number) {
    this.text = `update ${number}`;
    this.at = { city: `city ${number}` };
  }
}

let feed;
const updates = new ReadableStream({
  start(controller) {
    feed = controller;
  },
}, { highWaterMark: 1000 });
const [first, second] = updates.tee();
const readers = [first.getReader(), second.getReader()];
await Promise.all([feed.enqueue(new Update(-1)), ...readers.map((reader) => reader.read())]);

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) feed.enqueue(new Update(number++));
  await readers[0].read();
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
