// A proxy forwards every request over one agent that keeps connections alive.
import http from 'node:http';
import { once } from 'node:events';
import fetch from 'node-fetch';

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const upstream = http.createServer((_, response) => {
  response.setHeader('transfer-encoding', 'chunked');
  response.write('first part, ');
  response.end('second part');
});
upstream.keepAliveTimeout = 60_000;

async function forward(path) {
  const response = await fetch(`http://localhost:${upstream.address().port}${path}`, { agent });
  return response.text();
}

await once(upstream.listen(0), 'listening');
export const work = (number) => forward(`/users/${number}`);
