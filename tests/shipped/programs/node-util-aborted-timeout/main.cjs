'use strict';

// Each lease ends after an hour, or earlier if its holder returns it.
const { aborted } = require('node:util');

class Lease {
  constructor(holder) {
    this.holder = holder;
    this.ends = AbortSignal.timeout(3_600_000);
    this.expired = () => console.error(`lease of ${this.holder} ended`);
    this.ends.addEventListener('abort', this.expired);
    aborted(this.ends, this);
  }

  giveBack() {
    this.ends.removeEventListener('abort', this.expired);
    return this.holder;
  }
}

exports.work = async (number) => {
  for (let part = 0; part < 5; part++) new Lease(`${number}.${part}`).giveBack();
  await new Promise(setImmediate);
};
