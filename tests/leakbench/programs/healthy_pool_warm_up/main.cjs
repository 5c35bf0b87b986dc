'use strict';

// Connections are made as load rises; in the end there are as many as the pool may have.

const genericPool = require('generic-pool');

class Connection {
  constructor(number) {
    this.number = number;
    this.buffer = Buffer.alloc(512);
    this.statements = new Map([['begin', {}], ['commit', {}]]);
  }
}

let made = 0;
const pool = genericPool.createPool(
  { create: async () => new Connection(++made), destroy: async () => {} },
  { min: 0, max: 40 },
);

exports.work = async (number) => {
  const wanted = Math.min(40, 1 + Math.floor(number / 3));
  const borrowed = await Promise.all(Array.from({ length: wanted }, () => pool.acquire()));
  await Promise.all(borrowed.map((connection) => pool.release(connection)));
};
