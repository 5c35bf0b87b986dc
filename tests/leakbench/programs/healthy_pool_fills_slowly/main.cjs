'use strict';

// A pool of sixteen: most are made early, the last ones when there is the most to do.

const genericPool = require('generic-pool');

class Session {
  constructor(number) {
    this.number = number;
    this.scratch = Buffer.alloc(4096);
    this.prepared = { begin: `begin ${number}`, commit: `commit ${number}` };
  }
}

let made = 0;
const pool = genericPool.createPool(
  { create: async () => new Session(++made), destroy: async () => {} },
  { min: 2, max: 16 },
);

exports.work = async (number) => {
  const wanted = number < 40 ? 7 : number < 140 ? 13 : number < 300 ? 14 : 16;
  const borrowed = await Promise.all(Array.from({ length: wanted }, () => pool.acquire()));
  await Promise.all(borrowed.map((session) => pool.release(session)));
};
