'use strict';

// Two connections, both busy with a server that never answers: the requests wait in the agent.
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
let server = null;

class Invoice {
  constructor(number) {
    this.number = `invoice ${number}`;
  }
}

async function listen() {
  server = http.createServer(() => {});
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
}

function send(invoice) {
  const { port } = server.address();
  http.get({ agent, host: '127.0.0.1', port }, () => { invoice.sent = true; }).on('error', () => {});
}

exports.unit = async (number) => {
  if (server === null) await listen();
  send(new Invoice(number));
};
