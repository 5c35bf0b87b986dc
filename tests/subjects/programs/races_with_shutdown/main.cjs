'use strict';
// Each answer races with one promise that is settled only when the process ends.
const { setTimeout: sleep } = require('node:timers/promises');

const shutdown = new Promise((resolve) => process.once('SIGTERM', resolve));

async function report(number) {
  await null;
  return { number, rows: Array.from({ length: 20 }, (_, place) => `${number}, row ${place}`) };
}

async function work(number) {
  const answer = await Promise.race([shutdown, report(number)]);
  return answer.rows.length;
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) await work(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
