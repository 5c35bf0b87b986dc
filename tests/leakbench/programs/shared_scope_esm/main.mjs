// The snapshot of the stock before is only mentioned by a function that nobody calls.

import { setImmediate as turn } from 'node:timers/promises';

let stock = null;

class Shelf {
  constructor(day) {
    this.day = day;
    this.items = new Array(40).fill(day);
  }
}

function restock(day) {
  const yesterday = stock;
  const shelf = new Shelf(day);
  const differences = () => (yesterday ? shelf.day - yesterday.shelf.day : 0);
  void differences;
  stock = {
    shelf,
    take: (place) => shelf.items[place],
  };
}

export async function work(number) {
  restock(number);
  stock.take(number % 40);
  await turn();
}
