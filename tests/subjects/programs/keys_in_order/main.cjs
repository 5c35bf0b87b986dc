'use strict';
// A cache with the order of its keys beside the values. The limit is compared with undefined.
const { setTimeout: sleep } = require('node:timers/promises');

class Page {
  constructor(number) {
    this.html = [`<p>${number}</p>`, `<i>${number}</i>`];
  }
}

function createCache(options) {
  const pages = new Map();
  const order = [];
  return {
    put(url, page) {
      if (order.length > options.limt) pages.delete(order.shift());
      pages.set(url, page);
      order.push(url);
    },
    get: (url) => pages.get(url),
  };
}

const cache = createCache({ limit: 50 });
module.exports = cache;

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--, number++) cache.put(`/pages/${number}`, new Page(number));
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
