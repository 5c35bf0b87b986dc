'use strict';

class Connection {
  constructor(number) {
    this.number = number;
    this.buffer = Buffer.alloc(2048);
    this.uses = 0;
  }

  async fetch(path) {
    this.uses += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
    const length = this.buffer.write(`content of ${path}, `.repeat(20)); // stands for the answer of the store
    return { path, body: this.buffer.toString('utf8', 0, length) };
  }
}

/** Opens connections as they are needed, up to a limit, and keeps them. */
class ConnectionPool {
  constructor(limit) {
    this.limit = limit;
    this.opened = 0;
    this.idle = [];
    this.waiting = [];
  }

  async acquire() {
    if (this.idle.length > 0) return this.idle.pop();
    if (this.opened < this.limit) return new Connection(++this.opened);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  release(connection) {
    const next = this.waiting.shift();
    if (next) next(connection);
    else this.idle.push(connection);
  }
}

module.exports = { ConnectionPool };
