'use strict';

// Ports that nobody closes.
const { MessageChannel } = require('node:worker_threads');

class Reply {
  constructor(number) {
    this.text = `reply ${number}`;
  }
}

function ask(reply) {
  const { port1 } = new MessageChannel();
  port1.on('message', (text) => { reply.text = text; });
}

exports.unit = async (number) => ask(new Reply(number));
