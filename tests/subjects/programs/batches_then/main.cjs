'use strict';
// Callbacks of `then` on a promise that stays pending.
class Batch {
  constructor(number) {
    this.rows = [`row ${number}`];
  }
}

let release;
const connected = new Promise((resolve) => {
  release = resolve;
});

function store(batch) {
  connected.then(function write() {
    batch.rows.length = 0;
  });
}

let number = 0;
function work(sizes) {
  const [size, ...rest] = sizes;
  if (size === undefined) return;
  for (let left = size; left > 0; left--) store(new Batch(number++));
  process.emit('round');
  setTimeout(work, 400, rest);
}
work([60, 60, 180]);
setTimeout(() => release(), 60_000);
