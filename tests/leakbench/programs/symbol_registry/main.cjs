'use strict';

// A mixin keeps its waiters under a symbol of the object it is mixed into.

const kWaiters = Symbol('kWaiters');

const Lockable = (Base) =>
  class extends Base {
    [kWaiters] = [];
    locked = false;

    lock(owner) {
      if (!this.locked) {
        this.locked = true;
        return true;
      }
      this[kWaiters].push({ owner, since: Date.now(), resume: () => this.lock(owner) });
      return false;
    }

    unlock() {
      this.locked = false;
    }
  };

class Account {
  balance = 0;
}

const LockableAccount = Lockable(Account);
const shared = new LockableAccount();

exports.work = (number) => {
  shared.lock(`worker-${number}`);
  shared.lock(`auditor-${number}`);
  shared.unlock();
};
