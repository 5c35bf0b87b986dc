'use strict';

// A web server that reads and writes cookies through the middleware, for each request.

const http = require('node:http');
const cookies = require('universal-cookie-express');

const middleware = cookies();

const server = http.createServer((request, response) => {
  response.cookie = (name, value) => response.setHeader('set-cookie', `${name}=${value}`);
  response.clearCookie = () => {};
  middleware(request, response, () => {
    const visits = Number(request.universalCookies.get('visits') ?? 0);
    request.universalCookies.set('visits', visits + 1);
    response.end('ok');
  });
});

const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

exports.work = async (number) => {
  await listening;
  const headers = { cookie: `visits=${number}`, connection: 'close' };
  const { port } = server.address();
  await new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: `/${number}`, headers, agent: false }, (response) => {
        response.resume();
        response.on('end', resolve);
      })
      .on('error', reject);
  });
};
