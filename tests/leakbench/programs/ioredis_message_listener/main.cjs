'use strict';

// Server-sent events fed by Redis: each stream adds a `message` listener to the shared subscriber.

const Redis = require('ioredis');

const subscriber = new Redis({ lazyConnect: true, enableOfflineQueue: false });
subscriber.setMaxListeners(0);

class EventStream {
  constructor(channel) {
    this.channel = channel;
    this.sent = [];
    this.open = true;
  }

  write(text) {
    if (this.open) this.sent.push(`data: ${text}\n\n`);
  }
}

function openStream(channel) {
  const stream = new EventStream(channel);
  subscriber.on('message', (from, text) => {
    if (from === stream.channel) stream.write(text);
  });
  return stream;
}

exports.work = async (number) => {
  const stream = openStream(`orders:${number % 5}`);
  subscriber.emit('message', 'orders:0', 'created');
  stream.open = false;
};
