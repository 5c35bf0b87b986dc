'use strict';

// A poller reuses one connection to the inventory service.
const http = require('http');
const got = require('got');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((request, response) => response.end('{"stock": 3}'));
server.keepAliveTimeout = 60000;
const listening = new Promise((resolve) => server.listen(0, resolve));

exports.work = async function work(number) {
  await listening;
  const url = `http://localhost:${server.address().port}/items/${number}`;
  const { body } = await got(url, { agent, json: true });
  return body.stock;
};
