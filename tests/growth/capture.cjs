'use strict';

// node --expose-gc capture.cjs PROGRAM FOLDER OPTIONS STOPS
//
// PROGRAM exports `start(options)`, which returns `work(number)`, or `{work, rest}`. A snapshot is taken after so many
// units of work as each of STOPS says, "40,140,240", and after `rest()`.

const path = require('node:path');
const v8 = require('node:v8');

const ROUNDS = 4;
const PAUSE_MS = 10;

async function collectGarbage() {
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
}

async function main(program, folder, options, stops) {
  const started = await require(path.resolve(program)).start(JSON.parse(options));
  const { work, rest } = typeof started === 'function' ? { work: started } : started;
  let number = 0;
  for (const [place, stop] of stops.split(',').map(Number).entries()) {
    while (number < stop) await work(number++);
    await rest?.();
    await collectGarbage();
    v8.writeHeapSnapshot(path.join(folder, `${place + 1}.heapsnapshot`));
  }
  process.exit(0);
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
