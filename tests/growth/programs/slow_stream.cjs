'use strict';

// A stream whose destination takes six of eight chunks, while `write()` is never waited for.

const { Writable } = require('node:stream');

class Line {
  constructor(number) {
    this.text = `line ${number}`;
  }
}

exports.start = () => {
  let finish;
  const slow = new Writable({
    objectMode: true,
    write(chunk, encoding, done) {
      finish = done;
    },
  });
  let number = 0;
  return async () => {
    for (let i = 0; i < 8; i++) slow.write(new Line(number++));
    for (let i = 0; i < 6; i++) {
      finish();
      await new Promise((resolve) => process.nextTick(resolve));
    }
  };
};
