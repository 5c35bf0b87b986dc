// Clients come and go, and are struck out as they should be; a few more are there later on.

import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

const clients = new Set();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  clients.add(socket);
  socket.on('close', () => clients.delete(socket));
  socket.on('message', (data) => socket.send(data));
});
if (!server.address()) await once(server, 'listening');

const open = [];

export async function work(number) {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  await once(client, 'open');
  client.send(`hello ${number}`);
  await once(client, 'message');
  open.push(client);
  if (open.length > 6) {
    const oldest = open.shift();
    oldest.close();
    await once(oldest, 'close');
  }
}
