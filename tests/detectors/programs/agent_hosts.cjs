'use strict';

// One agent keeps connections alive; every tenant has a host name of its own.
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, timeout: 1e6 });
let server = null;

async function listen() {
  server = http.createServer({ keepAliveTimeout: 1e6 }, (request, response) => response.end('ok'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
}

exports.unit = async (number) => {
  if (server === null) await listen();
  const options = {
    agent,
    host: `tenant${number}.test`,
    port: server.address().port,
    lookup: (host, { all }, done) => done(null, all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4),
  };
  await new Promise((resolve, reject) => {
    http.get(options, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
};
