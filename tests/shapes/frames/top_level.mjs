// An ES module that waits at top level.
import { setTimeout as sleep } from 'node:timers/promises';
/* SITE */
let done = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) unit(done++);
  process.emit('round');
  await sleep(400);
}
await sleep(60000);
