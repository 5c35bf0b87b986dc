'use strict';

const http = require('node:http');

exports.get = (port, path) =>
  new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      response.on('close', resolve);
    });
    request.on('error', reject);
  });
