'use strict';

// A test run that replays answers of an upstream, over and over in one process.

const http = require('node:http');
const nock = require('nock');

function get(path) {
  return new Promise((resolve, reject) => {
    http
      .get(`http://upstream.example${path}`, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      })
      .on('error', reject);
  });
}

exports.work = async (number) => {
  nock('http://upstream.example').get(`/orders/${number}`).reply(200, { id: number });
  await get(`/orders/${number}`);
  nock.cleanAll();
};
