// An ES module that waits at top level for the first of two promises.
import { once, EventEmitter as Emitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
/* SITE */
const stop = new Emitter();
const stopped = once(stop, 'stop');
let done = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) unit(done++);
  process.emit('round');
  await Promise.race([stopped, sleep(400)]);
}
await sleep(60000);
