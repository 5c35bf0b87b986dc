'use strict';

// Programs that are started and wait for ever.
const { spawn } = require('node:child_process');

class Conversion {
  constructor(number) {
    this.file = `file ${number}`;
  }
}

function convert(conversion) {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('exit', () => { conversion.done = true; });
}

exports.unit = async (number) => convert(new Conversion(number));
