"use strict";
// Keeps orders and makes garbage, fifty times per second. argv: orders each time.
class Order {
  constructor(id) {
    this.id = id;
    this.lines = new Array(200).fill(id + 0.5);
  }
}
const orders = [];
let ticks = 0;
const perTick = Number(process.argv[2] ?? 20);
setInterval(() => {
  for (let i = 0; i < perTick; i++) orders.push(new Order(orders.length));
  let garbage = [];
  for (let i = 0; i < 20_000; i++) garbage.push({ i });
  if (++ticks % 10 === 0) globalThis.gc?.();
}, 20);
console.log("running");
