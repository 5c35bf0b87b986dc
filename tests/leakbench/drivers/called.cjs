'use strict';

// node called.cjs PROGRAM PAUSE BATCH…      calls `work(number)` of a program, a batch of times before each snapshot

const { pathToFileURL } = require('node:url');

async function main(program, pause, batches) {
  const loaded = await import(pathToFileURL(program));
  const work = loaded.work ?? loaded.default.work;
  let number = 0;
  for (const batch of batches) {
    for (let left = batch; left > 0; left--) await work(number++);
    process.emit('round');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
}

const [program, ...numbers] = process.argv.slice(2);
const [pause, ...batches] = numbers.map(Number);
main(program, pause, batches).catch((error) => {
  console.error(error);
  process.exit(1);
});
