// Transfers between accounts, each in a transaction, over one pooled connection. PostgreSQL is a socket that says yes.

import { once } from 'node:events';
import { createServer } from 'node:net';

import { PrismaPg } from '@prisma/adapter-pg';

const SSL_REQUEST = 80877103;

function message(type, body = Buffer.alloc(0)) {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message('Z', Buffer.from('I'));
const AUTHENTICATED = message('R', Buffer.alloc(4));
const ANSWERS = {
  Q: [message('C', Buffer.from('BEGIN\0')), READY],
  P: [message('1')],
  B: [message('2')],
  D: [message('n')],
  E: [message('C', Buffer.from('UPDATE 1\0'))],
  C: [message('3')],
  S: [READY],
};

const server = createServer((socket) => {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const type = isStarted ? rest.toString('latin1', 0, 1) : '';
      const code = isStarted ? 0 : rest.readInt32BE(4);
      rest = rest.subarray(length);
      if (isStarted) {
        for (const answer of ANSWERS[type] ?? []) socket.write(answer);
      } else if (code === SSL_REQUEST) {
        socket.write('N');
      } else {
        isStarted = true;
        socket.write(Buffer.concat([AUTHENTICATED, READY]));
      }
    }
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const factory = new PrismaPg({
  host: '127.0.0.1',
  port: server.address().port,
  user: 'bank',
  database: 'bank',
  max: 1,
  idleTimeoutMillis: 0,
});
const adapter = await factory.connect();

const plain = (sql) => ({ sql, args: [], argTypes: [] });

export async function work(number) {
  const transaction = await adapter.startTransaction();
  await transaction.executeRaw(plain(`update account set balance = balance - 5 where id = ${number}`));
  await transaction.executeRaw(plain(`update account set balance = balance + 5 where id = ${number + 1}`));
  // As the engine does it.
  await transaction.executeRaw(plain('COMMIT'));
  await transaction.commit();
}
