// Two leaks that have nothing to do with each other, each with objects of its own.
import { setTimeout as sleep } from 'node:timers/promises';

class Visit {
  constructor(number) {
    this.page = `/page/${number}`;
    this.referrer = [`https://example.com/${number}`];
  }
}

class Alarm {
  constructor(number) {
    this.reason = `disk ${number} is full`;
    this.tags = { host: `host ${number}` };
  }
}

const visits = new Set();
const alarms = [];

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--, number++) {
    visits.add(new Visit(number));
    if (number % 2 === 0) alarms.push(new Alarm(number));
  }
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
