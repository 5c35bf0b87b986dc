'use strict';

// A connection is not given back when the query fails. When all are gone, callers only queue up.

const genericPool = require('generic-pool');

class Connection {
  constructor() {
    this.queries = 0;
  }

  async query(sql) {
    this.queries++;
    if (sql.includes('broken')) throw new Error('syntax error');
    return [];
  }
}

const pool = genericPool.createPool(
  { create: async () => new Connection(), destroy: async () => {} },
  { min: 0, max: 4 },
);

async function run(sql) {
  const connection = await pool.acquire();
  const rows = await connection.query(sql);
  pool.release(connection);
  return rows;
}

exports.work = async (number) => {
  run(number % 5 === 4 ? 'select broken' : `select * from invoices where id = ${number}`).catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
};
