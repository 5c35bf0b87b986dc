'use strict';

// Heartbeats: `close` forgets to clear the interval.

const net = require('node:net');
const { once } = require('node:events');

class Session {
  constructor(socket, number) {
    this.number = number;
    this.missed = 0;
    this.history = new Array(16).fill(null);
    socket.on('close', () => this.close());
    this.heartbeat = setInterval(() => {
      this.missed++;
    }, 30_000);
  }

  close() {
    this.closed = true;
  }
}

let accepted = 0;
const server = net.createServer((socket) => {
  const session = new Session(socket, ++accepted);
  socket.on('error', () => {});
  socket.end(`welcome ${session.number}\n`);
});
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');

exports.work = async () => {
  await listening;
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
};
