'use strict';
// An async main() loops. A Map has a literal with the time of expiry around each value.
const { setTimeout: sleep } = require('node:timers/promises');

class Report {
  constructor(number) {
    this.title = `report ${number}`;
    this.pages = [`page 1 of ${number}`];
  }
}

const rendered = new Map();

function render(number) {
  rendered.set(`report-${number}`, { value: new Report(number), expires: Date.now() + 1e6 });
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) render(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}

main();
