'use strict';

// A queue between a producer in bursts and a steady consumer: now longer, now shorter.

class Message {
  constructor(number) {
    this.number = number;
    this.payload = `message ${number} `.repeat(6);
  }
}

class Queue {
  constructor() {
    this.messages = [];
    this.delivered = 0;
  }

  publish(message) {
    this.messages.push(message);
  }

  consume(count) {
    this.delivered += this.messages.splice(0, count).length;
  }
}

const queue = new Queue();
let number = 0;

exports.work = async (unit) => {
  const burst = unit % 20 < 4 ? 12 : 0;
  for (let i = 0; i < burst; i++) queue.publish(new Message(number++));
  queue.consume(3);
};
