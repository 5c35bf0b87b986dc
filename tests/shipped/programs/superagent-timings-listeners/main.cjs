'use strict';

// A client logs how long its requests take, over one connection that stays open.
const http = require('node:http');
const superagent = require('superagent');
const timings = require('superagent-node-http-timings');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((request, response) => response.end('{"price": 7}'));
server.keepAliveTimeout = 60000;
const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const slow = [];

function priceOf(number) {
  const url = `http://127.0.0.1:${server.address().port}/prices/${number}`;
  return superagent
    .get(url)
    .agent(agent)
    .use(
      timings((error, result) => {
        if (result?.timings?.total > 10000) slow.push(url);
      }),
    );
}

exports.work = async (number) => {
  await listening;
  await priceOf(number);
};
