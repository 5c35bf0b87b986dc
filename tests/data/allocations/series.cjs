'use strict';
// Runs shop.js under a recording of allocations, and writes a snapshot after each round of work.
//
//   node series.cjs FOLDER

const fs = require('fs');
const path = require('path');
const { Session } = require('inspector');

const { work } = require('./shop.js');

const SNAPSHOTS = 3;
const ROUNDS = 30;

async function main(folder) {
  const session = new Session();
  session.connect();
  const post = (method, params) =>
    new Promise((resolve, reject) => {
      session.post(method, params, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  let file;
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(file, params.chunk));
  await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
  for (let number = 0; number < SNAPSHOTS; ++number) {
    for (let round = 0; round < ROUNDS; ++round) work(ROUNDS * number + round);
    file = fs.openSync(path.join(folder, `s${number + 1}.heapsnapshot`), 'w');
    await post('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    fs.closeSync(file);
  }
  process.exit(); // the recording would keep the process alive
}

main(process.argv[2]);
