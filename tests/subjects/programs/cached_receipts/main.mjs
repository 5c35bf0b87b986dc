// A service that waits at top level. The cache of a package wraps each value in an object of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { TtlCache } from 'ttl-cache';

class UploadReceipt {
  constructor(number) {
    this.file = `/uploads/${number}.csv`;
    this.rows = ['header', `row ${number}`];
  }
}

const receipts = new TtlCache();
let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--, number++) receipts.set(`receipt ${number}`, new UploadReceipt(number));
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
