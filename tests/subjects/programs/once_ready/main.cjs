'use strict';
// Functions that `once` wraps, on an emitter whose event does not come.
const { EventEmitter } = require('node:events');

class Query {
  constructor(number) {
    this.text = `select ${number}`;
  }
}

class Pool extends EventEmitter {
  constructor() {
    super();
    this.setMaxListeners(0);
  }

  run(query) {
    this.once('free', function send() {
      query.sent = true;
    });
  }
}

const pool = new Pool();
const sizes = [60, 60, 180];
let number = 0;
(function again() {
  const size = sizes.shift();
  if (size === undefined) return;
  for (let left = size; left > 0; left--) pool.run(new Query(number++));
  process.emit('round');
  setTimeout(again, 400);
})();
setTimeout(() => {}, 60_000);
