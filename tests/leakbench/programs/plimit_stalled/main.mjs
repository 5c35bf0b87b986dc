// Two slots, both taken by calls that never return.

import pLimit from 'p-limit';

const limit = pLimit(2);

class Lookup {
  constructor(host) {
    this.host = host;
    this.servers = ['10.0.0.1', '10.0.0.2'];
  }

  resolve() {
    return new Promise(() => {});
  }
}

export async function work(number) {
  const lookup = new Lookup(`host-${number}.example`);
  limit(() => lookup.resolve());
  await null;
}
