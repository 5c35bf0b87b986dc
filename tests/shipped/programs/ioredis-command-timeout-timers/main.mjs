// A session store on Redis whose commands have a timeout of a minute. Redis is a socket that answers "$2 ok".

import { createServer } from 'node:net';
import { once } from 'node:events';

import Redis from 'ioredis';

const server = createServer((socket) => {
  socket.on('data', (chunk) => {
    // Each command is one array of bulk strings.
    const commands = chunk.toString().match(/\*\d+\r\n/g) ?? [];
    socket.write('$2\r\nok\r\n'.repeat(commands.length));
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const redis = new Redis({
  host: '127.0.0.1',
  port: server.address().port,
  commandTimeout: 60_000,
  enableReadyCheck: false,
});

class SessionStore {
  constructor(client) {
    this.client = client;
  }

  save(id, session) {
    return this.client.set(`session:${id}`, JSON.stringify(session));
  }

  load(id) {
    return this.client.get(`session:${id}`);
  }
}

const store = new SessionStore(redis);

export async function work(number) {
  await store.save(number, { user: `user ${number}`, seen: [number, number + 1] });
  await store.load(number);
}
