// Fragments malloc: many Buffers of some kB, of which every twentieth stays.
"use strict";

const kept = [];
function work() {
  const some = [];
  for (let i = 0; i < 6_000; i += 1) some.push(Buffer.alloc(9_000 + (i % 50) * 100, 1));
  return some;
}
moment();
let all = work();
moment();
kept.push(...all.filter((_, i) => i % 20 === 0));
all = null;
moment();
