// Every job has the same logger, and nothing else that is an object.
import { setTimeout as sleep } from 'node:timers/promises';

class Logger {
  constructor(name) {
    this.prefix = [`[${name}]`];
  }
}

const done = new Set();

function run(logger, number) {
  done.add({ name: `job ${number}`, logger });
}

async function main() {
  const logger = new Logger('jobs');
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) run(logger, number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}

main();
