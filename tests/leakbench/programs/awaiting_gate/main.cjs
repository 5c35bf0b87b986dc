'use strict';

// Requests that come before the migration is done wait for it; but it has failed without a word.

const { EventEmitter } = require('node:events');

class Database extends EventEmitter {
  constructor() {
    super();
    this.ready = new Promise((resolve) => this.once('migrated', resolve));
  }

  async find(table, id) {
    const request = { table, id, columns: ['a', 'b', 'c'], since: Date.now() };
    await this.ready;
    return { ...request, found: true };
  }
}

const database = new Database();

exports.work = async (number) => {
  void database.find('customers', number).then((row) => row.found);
  await null;
};
