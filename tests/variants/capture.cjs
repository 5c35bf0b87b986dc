'use strict';

// node --expose-gc --require capture.cjs PROGRAM      writes the snapshots into the working directory
//
// Preloaded into a program: takes a heap snapshot a moment after each `process.emit('round')`, while the program
// waits, and ends the program after the third. What the capture itself loads is not hidden: a person who captures
// does not hide it either.

const v8 = require('node:v8');

const NAMES = ['before', 'after1', 'after2'];
const COLLECTIONS = 4;
const PAUSE_MS = 10;
const ROUNDS_RAN_TOGETHER = 3;

let nRounds = 0;
let nTaken = 0;

function collect(left) {
  // Turns of the event loop in between: closed handles, finalizers and weak callbacks need them.
  setTimeout(() => {
    setImmediate(() => {
      globalThis.gc();
      if (left > 1) collect(left - 1);
      else take();
    });
  }, PAUSE_MS);
}

function take() {
  // The machine was too slow: the program went on before the snapshot.
  if (nRounds !== nTaken + 1) process.exit(ROUNDS_RAN_TOGETHER);
  v8.writeHeapSnapshot(`${NAMES[nTaken++]}.heapsnapshot`);
  if (nTaken === NAMES.length) process.exit(0);
}

process.on('round', () => {
  nRounds++;
  collect(COLLECTIONS);
});
