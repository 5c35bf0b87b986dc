// Accounts by id, and the same accounts by address.
import { setTimeout as sleep } from 'node:timers/promises';

class Account {
  constructor(number) {
    this.id = `account-${number}`;
    this.address = `person-${number}@example.com`;
    this.roles = ['reader'];
  }
}

class Directory {
  byId = new Map();
  byAddress = new Map();

  add(account) {
    this.byId.set(account.id, account);
    this.byAddress.set(account.address, account);
  }
}

const directory = new Directory();
let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) directory.add(new Account(number++));
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
