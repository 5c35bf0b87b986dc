'use strict';

// A server with sockets, timers, bodies and an index of open requests, all of it given back.

const http = require('node:http');

const open = new Map();
let served = 0;

const server = http.createServer((request, response) => {
  const id = ++served;
  const chunks = [];
  const timer = setTimeout(() => response.destroy(), 30_000);
  open.set(id, { request, chunks, since: Date.now() });
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => response.end(JSON.stringify({ id, length: Buffer.concat(chunks).length })));
  response.on('close', () => {
    clearTimeout(timer);
    open.delete(id);
  });
});
const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

exports.work = async (number) => {
  await listening;
  await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.address().port, method: 'POST', agent: false };
    const request = http.request(options, (response) => {
      response.resume();
      response.on('close', resolve);
    });
    request.on('error', reject);
    request.end('x'.repeat(number % 4000));
  });
};
