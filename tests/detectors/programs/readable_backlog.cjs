'use strict';

// A source goes on pushing though nobody reads.
const { Readable } = require('node:stream');

const feed = new Readable({ objectMode: true, read() {} });

class Tick {
  constructor(number) {
    this.price = `price ${number}`;
  }
}

exports.unit = async (number) => { feed.push(new Tick(number)); };
