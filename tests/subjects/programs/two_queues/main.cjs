'use strict';
// A broker puts each message into the queue of every consumer, and the consumers have stopped.
const { setTimeout: sleep } = require('node:timers/promises');

class Message {
  constructor(number) {
    this.body = `message ${number}`;
    this.headers = { trace: `trace ${number}` };
  }
}

class Consumer {
  constructor(name) {
    this.name = name;
    this.inbox = [];
  }
}

const billing = new Consumer('billing');
const mailing = new Consumer('mailing');

function publish(message) {
  billing.inbox.push({ message, tries: 'none' });
  mailing.inbox.push({ message, tries: 'none' });
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) publish(new Message(number++));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
