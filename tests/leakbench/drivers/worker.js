/* PROGRAM */

import { parentPort } from 'node:worker_threads';

// The main thread sends batches of jobs.
let nextJob = 0;
parentPort.on('message', async ({ size }) => {
  for (let left = size; left > 0; left--) await work(nextJob++);
  process.emit('round');
  parentPort.postMessage('done');
});
