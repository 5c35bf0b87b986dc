'use strict';
// Each function sees the one configuration and a ticket of its own.
const { setTimeout: sleep } = require('node:timers/promises');

class Config {
  constructor() {
    this.limits = { perHour: 'many' };
  }
}

class Ticket {
  constructor(number) {
    this.label = `ticket ${number}`;
  }
}

const refreshers = [];

function follow(config, ticket) {
  refreshers.push(function refresh() {
    return config.limits && ticket.label;
  });
}

exports.main = async function main() {
  const config = new Config();
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) follow(config, new Ticket(number++));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
};

exports.main();
