'use strict';

/** The last requests, for the status page; the oldest entry makes room for the newest. */
class AccessLog {
  constructor(capacity) {
    this.capacity = capacity;
    this.entries = [];
    this.total = 0;
  }

  record(method, path) {
    this.total += 1;
    this.entries.push({ number: this.total, line: `${method} ${path} #${this.total}` });
    if (this.entries.length > this.capacity) this.entries.shift();
  }
}

module.exports = { AccessLog };
