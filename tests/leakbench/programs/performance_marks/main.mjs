// Marks are set around every query and read nowhere; Node keeps them until they are cleared.

import { performance } from 'node:perf_hooks';

async function query(sql) {
  performance.mark(`query-start-${sql.length}`, { detail: { sql, plan: ['scan', 'sort'] } });
  await null;
  performance.mark(`query-end-${sql.length}`, { detail: { sql } });
}

export async function work(number) {
  await query(`select * from parcels where id = ${number}`);
}
