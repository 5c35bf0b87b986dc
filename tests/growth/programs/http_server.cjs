'use strict';

// node http_server.cjs: answers every request after 5 ms, in a process of its own, and prints its port.

const { spawn } = require('node:child_process');
const http = require('node:http');

const PAUSE_MS = 5;

function serve() {
  const server = http.createServer((request, response) => setTimeout(() => response.end('ok'), PAUSE_MS));
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.on('disconnect', () => process.exit());
}

if (require.main === module) serve();

/** Start the server; return its port. */
exports.startServer = async () => {
  const child = spawn(process.execPath, [__filename], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  return new Promise((resolve) => child.stdout.once('data', (port) => resolve(Number(port))));
};
