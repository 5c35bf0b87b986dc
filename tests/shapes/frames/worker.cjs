// The work of a worker thread; the main thread waits.
const { Worker, isMainThread } = require('node:worker_threads');
const { setTimeout: sleep } = require('node:timers/promises');
async function work() {
  let done = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) unit(done++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60000);
}
/* SITE */
if (isMainThread) new Worker(__filename).on('exit', () => process.exit());
else work();
