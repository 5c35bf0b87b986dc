'use strict';

// Requests over a connection that stays open, each with a limit of time.
const http = require('http');
const timedOut = require('timed-out');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((request, response) => response.end('pong'));
server.keepAliveTimeout = 60000;
const listening = new Promise((resolve) => server.listen(0, resolve));

function ping(number) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port: server.address().port, path: `/ping/${number}`, agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', reject);
    timedOut(request, { connect: 1000, socket: 1000 });
  });
}

exports.work = (number) => listening.then(() => ping(number)).then(() => new Promise(setImmediate));
