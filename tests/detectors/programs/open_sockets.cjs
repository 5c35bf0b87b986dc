'use strict';

// Connections that neither side ever ends.
const net = require('node:net');

let server = null;

class Peer {
  constructor(number) {
    this.name = `peer ${number}`;
  }
}

async function listen() {
  server = net.createServer(() => {});
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
}

exports.unit = async (number) => {
  if (server === null) await listen();
  const peer = new Peer(number);
  await new Promise((resolve) => {
    net.connect(server.address().port, '127.0.0.1', resolve).on('data', () => { peer.seen = true; });
  });
};
