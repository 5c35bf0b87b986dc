'use strict';

// A logger for every connection, named after it.

const debug = require('debug');

class Connection {
  constructor(number) {
    this.log = debug(`server:connection:${number}`);
    this.bytes = 0;
  }

  receive(chunk) {
    this.bytes += chunk.length;
    this.log('%d bytes so far', this.bytes);
  }
}

exports.work = (number) => {
  const connection = new Connection(number);
  connection.receive('GET / HTTP/1.1');
  connection.receive('Host: example');
};
