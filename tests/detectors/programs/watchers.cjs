'use strict';

// Every reload watches the file once more.
const fs = require('node:fs');

class Config {
  constructor(number) {
    this.version = `version ${number}`;
  }
}

function watch(config) {
  fs.watch(__filename, { persistent: false }, () => { config.stale = true; });
}

exports.unit = async (number) => watch(new Config(number));
