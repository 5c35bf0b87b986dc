// All reads of a worker share one signal, which is aborted when the worker stops. Redis is a local socket.

import { createServer } from 'node:net';
import { once } from 'node:events';

import * as redis from '@redis/client';

const server = createServer((socket) => {
  socket.on('data', (chunk) => {
    const commands = chunk.toString().match(/\*\d+\r\n/g) ?? [];
    socket.write('+OK\r\n'.repeat(commands.length));
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = redis.createClient({
  url: `redis://127.0.0.1:${server.address().port}`,
  disableClientInfo: true,
});
client.on('error', () => {});
await client.connect();

const stopping = new AbortController();

/** With the signal, as each major version takes it. */
function read(key) {
  if (client.withAbortSignal) return client.withAbortSignal(stopping.signal).get(key);
  return client.get(redis.commandOptions({ signal: stopping.signal }), key);
}

export async function work(number) {
  for (const field of ['name', 'price']) await read(`product:${number}:${field}`);
}
