'use strict';

// Each request adds its own error listener to the socket, and the agent uses the socket again.

const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((request, response) => response.end('ok'));
server.keepAliveTimeout = 120_000;
const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
process.on('warning', () => {});

class Attempt {
  constructor(number) {
    this.number = number;
    this.errors = [];
  }
}

function call(attempt) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: server.address().port, agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', reject);
    request.on('socket', (socket) => {
      socket.setMaxListeners(0);
      socket.on('error', (error) => attempt.errors.push(error));
    });
  });
}

exports.work = async (number) => {
  await listening;
  await call(new Attempt(number));
  await new Promise((resolve) => setImmediate(resolve));
};
