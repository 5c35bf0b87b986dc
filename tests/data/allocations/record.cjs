'use strict';
// Runs shop.js under a recording of allocations, and writes the time line.
//
//   node record.cjs FILE [without-stacks]

const fs = require('fs');
const { Session } = require('inspector');

const { work } = require('./shop.js');

const ROUNDS = 3;
const PAUSE_MS = 120; // V8 notes the largest node id twenty times a second

async function main(target, withoutStacks) {
  const file = fs.openSync(target, 'w');
  const session = new Session();
  session.connect();
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(file, params.chunk));
  const post = (method, params) =>
    new Promise((resolve, reject) => {
      session.post(method, params, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: !withoutStacks });
  for (let round = 0; round < ROUNDS; ++round) {
    work(round);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await post('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
  fs.closeSync(file);
}

main(process.argv[2], process.argv[3]);
