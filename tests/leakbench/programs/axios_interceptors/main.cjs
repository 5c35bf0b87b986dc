'use strict';

// An interceptor that adds the caller's token, added to the one client for each call.

const http = require('node:http');
const axios = require('axios');

const backend = http.createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(JSON.stringify({ path: request.url }));
});
const listening = new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve));

const api = axios.create({ timeout: 2000 });

class Caller {
  constructor(name, token) {
    this.name = name;
    this.token = token;
    this.permissions = ['read', 'write', 'list'];
  }
}

async function fetchAs(caller, path) {
  api.interceptors.request.use((config) => {
    config.headers.set('x-caller', caller.name);
    return config;
  });
  const { port } = backend.address();
  const { data } = await api.get(`http://127.0.0.1:${port}${path}`);
  return data;
}

exports.work = async (number) => {
  await listening;
  await fetchAs(new Caller(`user-${number}`, `token-${number}`), `/items/${number}`);
};
