'use strict';

// The connection is used again, and every request adds one more listener to it.
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let server = null;

class Attempt {
  constructor(number) {
    this.id = `attempt ${number}`;
  }
}

async function listen() {
  server = http.createServer({ keepAliveTimeout: 1e6 }, (request, response) => response.end('ok'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
}

function watch(socket, attempt) {
  socket.setMaxListeners(0);
  socket.on('timeout', () => { attempt.late = true; });
}

exports.unit = async (number) => {
  if (server === null) await listen();
  const attempt = new Attempt(number);
  await new Promise((resolve, reject) => {
    const { port } = server.address();
    http.get({ agent, host: '127.0.0.1', port }, (response) => response.resume().on('end', resolve))
      .on('socket', (socket) => watch(socket, attempt))
      .on('error', reject);
  });
};
