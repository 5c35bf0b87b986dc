'use strict';

// Preloaded into a sample program (node --require). On SIGUSR2 it lets pending work finish, collects garbage several
// times and writes the next snapshot beside itself: capture-0.heapsnapshot, capture-1.heapsnapshot, …

const path = require('node:path');
const v8 = require('node:v8');

const ROUNDS = 6;
const PAUSE_MS = 60;

let captureNumber = 0;

async function collectGarbage() {
  for (let i = 0; i < ROUNDS; i++) {
    // Turns of the event loop in between: finalizers, closed handles and weak callbacks need them.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
}

process.on('SIGUSR2', async () => {
  await collectGarbage();
  v8.writeHeapSnapshot(path.join(__dirname, `capture-${captureNumber++}.heapsnapshot`));
  console.log('captured');
});
