// A price ticker over WebSockets. Sockets are meant to leave `subscribers` when they end.

import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

const subscribers = new Set();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket) => {
  socket.profile = { since: Date.now(), symbols: ['ACME', 'INIT', 'TRON'] };
  subscribers.add(socket);
  // There is no such event: it is called `close`.
  socket.on('end', () => subscribers.delete(socket));
  socket.on('message', (data) => {
    socket.profile.symbols.push(String(data));
    socket.send(JSON.stringify({ symbols: socket.profile.symbols }));
  });
});

if (!server.address()) await once(server, 'listening');

export function broadcast(quote) {
  for (const socket of subscribers) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(quote));
  }
}

export async function work(number) {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  await once(client, 'open');
  client.send(`SYM${number % 7}`);
  await once(client, 'message');
  broadcast({ price: number });
  client.close();
  await once(client, 'close');
}
