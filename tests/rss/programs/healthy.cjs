// Works a lot and keeps nothing.
"use strict";

function work() {
  let sum = 0;
  for (let i = 0; i < 300_000; i += 1) sum += { id: i, state: `new ${i}` }.state.length;
  for (let i = 0; i < 300; i += 1) sum += Buffer.alloc(100_000, 1)[3];
  return sum;
}
work();
moment();
work();
moment();
work();
moment();
