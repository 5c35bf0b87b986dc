'use strict';

// A table of open sockets for the shutdown. They are numbered, but nobody strikes them out.

const http = require('node:http');

const connections = {};
let nextConnection = 1;

const server = http.createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end('pong');
});
server.on('connection', (socket) => {
  connections[`c${nextConnection++}`] = socket;
});
server.listen(0, '127.0.0.1');
const listening = new Promise((resolve) => server.on('listening', resolve));

exports.shutDown = () => {
  for (const name of Object.keys(connections)) connections[name].destroy();
};

exports.work = async () => {
  await listening;
  await new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
        response.resume();
        response.on('close', resolve);
      })
      .on('error', reject);
  });
};
