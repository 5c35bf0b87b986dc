// Grows in Buffers outside the heap, which a Map holds.
"use strict";

const uploads = new Map();
function work() {
  for (let i = 0; i < 300; i += 1) uploads.set(`upload ${uploads.size}`, Buffer.alloc(100_000, 1));
}
moment();
work();
moment();
work();
moment();
