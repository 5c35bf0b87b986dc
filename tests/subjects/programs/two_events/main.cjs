'use strict';
// Each session listens to two events of one bus; both functions see the session.
const { EventEmitter } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');

const bus = new EventEmitter().setMaxListeners(0);

class Session {
  constructor(number) {
    this.id = `session ${number}`;
    this.messages = [];
  }
}

function open(session) {
  {
    const seen = Array.from({ length: 40 }, (_, place) => `${session.id}, message ${place}`);
    bus.on('message', function receive(text) {
      if (!seen.includes(text)) session.messages.push(text);
    });
  }
  bus.on('close', function close() {
    session.messages.length = 0;
  });
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) open(new Session(number++));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
