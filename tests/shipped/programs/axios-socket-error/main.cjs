'use strict';

// A gateway sends bursts of requests over a small pool of connections.
const http = require('node:http');
const axios = require('axios');

const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end('{"ok": true}'));
});
server.keepAliveTimeout = 60000;
const ready = new Promise((resolve) => server.listen(0, resolve));
const client = axios.create({ httpAgent: new http.Agent({ keepAlive: true, maxSockets: 1 }) });

exports.work = async function work(number) {
  await ready;
  const url = `http://localhost:${server.address().port}/invoices`;
  await Promise.all([0, 1, 2].map((part) => client.post(url, { invoice: 3 * number + part })));
};
