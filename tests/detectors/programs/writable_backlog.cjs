'use strict';

// The destination takes nothing, and nobody looks at what `write` returns.
const { Writable } = require('node:stream');

const archive = new Writable({ objectMode: true, write() {} });

class LogRecord {
  constructor(number) {
    this.message = `record ${number}`;
  }
}

exports.unit = async (number) => { archive.write(new LogRecord(number)); };
