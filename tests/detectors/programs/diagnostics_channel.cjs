'use strict';

// Every client subscribes, and none unsubscribes.
const { channel } = require('node:diagnostics_channel');

const queries = channel('database:query');

class Client {
  constructor(number) {
    this.name = `client ${number}`;
  }
}

function connect(client) {
  queries.subscribe(() => { client.queries = 1; });
}

exports.unit = async (number) => connect(new Client(number));
