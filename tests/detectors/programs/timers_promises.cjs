'use strict';

// Work that sleeps for ever: the time-out is set for a day.
const { setTimeout: sleep } = require('node:timers/promises');

class Lease {
  constructor(number) {
    this.owner = `owner ${number}`;
  }
}

async function renewTomorrow(lease) {
  await sleep(86_400_000, undefined, { ref: false });
  return lease.owner;
}

exports.unit = async (number) => { renewTomorrow(new Lease(number)); };
