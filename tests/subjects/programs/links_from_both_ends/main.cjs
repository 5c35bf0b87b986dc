'use strict';
// Drafts are linked in both directions, and held by the first and by the last one.
const { setTimeout: sleep } = require('node:timers/promises');

class Draft {
  constructor(number, previous) {
    this.title = `draft ${number}`;
    this.lines = [`line 1 of ${number}`, `line 2 of ${number}`];
    this.previous = previous;
    this.next = null;
  }
}

class History {
  oldest = null;
  newest = null;

  add(number) {
    const draft = new Draft(number, this.newest);
    if (this.newest) this.newest.next = draft;
    else this.oldest = draft;
    this.newest = draft;
  }
}

const history = new History();

function work(number) {
  history.add(number);
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
