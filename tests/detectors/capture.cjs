// Runs a small program and writes three heap snapshots of it.
//
//   node --expose-gc capture.cjs PROGRAM DIRECTORY UNITS
//
// The program exports `unit(i)`, which does one unit of work and may be asynchronous. Snapshots
// are taken after a first UNITS (the warm-up), after UNITS more, and after three times as many more.
"use strict";
const path = require("node:path");
const v8 = require("node:v8");
const { setImmediate: turn } = require("node:timers/promises");

async function collect() {
  for (let i = 0; i < 4; i++) {
    await turn();
    globalThis.gc();
  }
}

async function main([program, directory, units]) {
  const { unit } = require(path.resolve(program));
  const n = Number(units);
  let done = 0;
  const shots = [["before", n], ["after1", 2 * n], ["after2", 5 * n]];
  // A first snapshot makes objects of its own; nobody wants to see these grow.
  v8.writeHeapSnapshot(path.join(directory, "rehearsal.heapsnapshot"));
  for (const [name, until] of shots) {
    while (done < until) await unit(done++);
    await collect();
    v8.writeHeapSnapshot(path.join(directory, `${name}.heapsnapshot`));
  }
  process.exit(0);
}

main(process.argv.slice(2));
