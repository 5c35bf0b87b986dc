// A service asks others over NATS, each time with an inbox of its own. Nobody answers. NATS is a local socket.

import { createServer } from 'node:net';

import { connect, StringCodec } from 'nats';

const INFO = { server_id: 'S', version: '2.10.0', proto: 1, max_payload: 1_048_576, headers: true };

const server = createServer((socket) => {
  socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
  socket.on('data', (chunk) => {
    for (const ping of chunk.toString().match(/^PING\r$/gm) ?? []) socket.write(ping.replace('I', 'O') + '\n');
  });
  socket.on('error', () => {});
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const codec = StringCodec();
const connection = await connect({ servers: `127.0.0.1:${server.address().port}` });

async function charge(number) {
  try {
    const options = { noMux: true, timeout: 5 };
    await connection.request('billing.charge', codec.encode(`${number} EUR`), options);
    return true;
  } catch {
    return false;
  }
}

export async function work(number) {
  if (await charge(number)) throw new Error('who answered?');
}
