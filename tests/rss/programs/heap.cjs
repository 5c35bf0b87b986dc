// Grows in V8's heap: a list of small objects.
"use strict";

const orders = [];
function work() {
  for (let i = 0; i < 150_000; i += 1) orders.push({ id: i, state: "new" });
}
moment();
work();
moment();
work();
moment();
