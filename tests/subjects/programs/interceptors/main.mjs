// A client of a package keeps a pair of functions for each interceptor.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'small-client';

class Caller {
  constructor(number) {
    this.name = `caller ${number}`;
  }
}

const client = createClient();

function callAs(caller) {
  client.interceptors.use(function addCaller(request) {
    request.headers.caller = caller.name;
    return request;
  });
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) callAs(new Caller(number++));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}

await main();
