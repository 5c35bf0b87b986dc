// One unit: the quote server takes a connection, sends some quotes and hangs up. The program reconnects by itself; the
// connection after the last unit stays open and waits while the snapshot is written.

import { once } from 'node:events';
import net from 'node:net';

const SYMBOLS = ['ACME', 'BOLT', 'CORE', 'DUNE', 'ECHO', 'FLUX', 'GLOW', 'HALO'];
const server = net.createServer();
const waitingSockets = [];

/** The port on which the program will find its server. */
export async function prepare() {
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.resume();
    waitingSockets.push(socket);
    server.emit('waiting');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function nextConnection() {
  if (waitingSockets.length === 0) await once(server, 'waiting');
  return waitingSockets.shift();
}

export async function work(unit) {
  const socket = await nextConnection();
  const quotes = SYMBOLS.map((symbol, i) => JSON.stringify({ symbol, price: 100 + ((unit * 7 + i) % 50), at: unit }));
  socket.end(`${quotes.join('\n')}\n`);
  await once(socket, 'close');
}

/** After the last unit of a step: wait until the program is connected again. */
export async function rest() {
  if (waitingSockets.length === 0) await once(server, 'waiting');
}

export function finish() {
  server.close();
  for (const socket of waitingSockets) socket.destroy();
}
