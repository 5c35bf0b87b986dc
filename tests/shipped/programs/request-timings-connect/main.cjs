'use strict';

// A health check measures how long each phase of a request takes, over one connection.
const http = require('http');
const request = require('request');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((_, response) => response.end('healthy'));
server.keepAliveTimeout = 60000;
const listening = new Promise((resolve) => server.listen(0, resolve));

class HealthCheck {
  constructor(number) {
    this.number = number;
  }

  run() {
    const url = `http://localhost:${server.address().port}/health/${this.number}`;
    return new Promise((resolve, reject) => {
      request({ url, agent, time: true }, (error, response, body) =>
        error ? reject(error) : resolve(body === 'healthy'),
      );
    });
  }
}

exports.work = async (number) => {
  await listening;
  await new HealthCheck(number).run();
};
