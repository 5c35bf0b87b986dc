'use strict';

// Orders are written over a pool of two connections. The server is the one that `mysql2` itself brings.

const core = require('mysql2');
const mysql = require('mysql2/promise');

const server = core.createServer();
server.on('connection', (connection) => {
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: '5.7.0',
    connectionId: 1,
    statusFlags: 2,
    characterSet: 8,
    capabilityFlags: 0xffffff ^ 0x800,
  });
  connection.on('query', () => {
    // Packets are numbered within a command.
    connection.sequenceId = 1;
    connection.writeOk({ affectedRows: 1, insertId: 1 });
    connection.sequenceId = 0;
  });
  connection.on('error', () => {});
});

const listening = new Promise((resolve) => {
  server.listen(0, '127.0.0.1');
  server._server.once('listening', () => {
    const { port } = server._server.address();
    const options = { host: '127.0.0.1', port, user: 'shop', database: 'shop', connectionLimit: 2 };
    resolve(mysql.createPool(options));
  });
});

async function insertOrder(pool, number) {
  const connection = await pool.getConnection();
  try {
    await connection.query('insert into orders (id, total) values (?, ?)', [number, number * 9.9]);
  } finally {
    connection.release();
  }
}

exports.work = async (number) => {
  await insertOrder(await listening, number);
};
