'use strict';

// A client that waits for the answer to each message by an event of its own.

const Emitter = require('component-emitter');

class Channel {
  constructor() {
    this.waiting = 0;
  }

  async ask(number) {
    const event = `answer:${number}`;
    this.waiting++;
    const answer = new Promise((resolve) => this.once(event, resolve));
    setImmediate(() => this.emit(event, { number, text: 'ok' }));
    const { text } = await answer;
    this.waiting--;
    return text;
  }
}
Emitter(Channel.prototype);

const channel = new Channel();

exports.work = (number) => channel.ask(number);
