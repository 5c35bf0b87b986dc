'use strict';

// `once` takes a listener off only when the event comes, which it never does.
const { EventEmitter } = require('node:events');

const pool = new EventEmitter().setMaxListeners(0);

class Query {
  constructor(number) {
    this.text = `select ${number}`;
  }
}

function run(query) {
  pool.once('drain', function retry() { query.tries = 1; });
}

exports.unit = async (number) => run(new Query(number));
