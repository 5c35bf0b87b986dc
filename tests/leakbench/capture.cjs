'use strict';

// node --expose-gc capture.cjs PROGRAM FOLDER WARM_UP UNITS
//
// Runs `work(number)` of a program and writes three snapshots: after WARM_UP calls, after UNITS more, and after twice
// as many again. What the capture itself loads is not hidden: a person who captures does not hide it either.

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');

const ROUNDS = 4;
const PAUSE_MS = 10;

async function collectGarbage() {
  for (let round = 0; round < ROUNDS; round++) {
    // Turns of the event loop in between: closed handles, finalizers and weak callbacks need them.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
}

async function main(program, folder, warmUp, units) {
  const loaded = await import(pathToFileURL(path.resolve(program)));
  const work = loaded.work ?? loaded.default.work;
  let number = 0;
  for (const [place, end] of [warmUp, warmUp + units, warmUp + 3 * units].entries()) {
    while (number < end) await work(number++);
    await collectGarbage();
    v8.writeHeapSnapshot(path.join(folder, `${place + 1}.heapsnapshot`));
  }
  process.exit(0);
}

const [program, folder, warmUp, units] = process.argv.slice(2);
main(program, folder, Number(warmUp), Number(units)).catch((error) => {
  console.error(error);
  process.exit(1);
});
