// One keep-alive agent; as many sockets stay open as were ever needed at once.

import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const server = http.createServer((request, response) => response.end('ok'));
server.keepAliveTimeout = 60_000;
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const get = () =>
  new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, agent }, (response) => {
        response.resume();
        response.on('end', resolve);
      })
      .on('error', reject);
  });

export async function work(number) {
  await Promise.all(Array.from({ length: number < 60 ? 4 : 16 }, get));
}
