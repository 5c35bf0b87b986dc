// An ES module that waits at top level and has no functions of its own: its variables are locals.
import { setTimeout as sleep } from 'node:timers/promises';
/* SITE */
let done = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) {
    const i = done++;
    /* UNIT */
  }
  process.emit('round');
  await sleep(400);
}
await sleep(60000);
