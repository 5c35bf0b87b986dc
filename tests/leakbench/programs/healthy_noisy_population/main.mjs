// Visitors who stay for a while: about a hundred, by chance more or fewer.

class Visitor {
  constructor(number, leaves) {
    this.name = `visitor ${number}`;
    this.leaves = leaves;
    this.pages = ['/', `/item/${number}`];
  }
}

const present = new Set();
let seed = 7;
let arrived = 0;

function random(limit) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed % limit;
}

export async function work(number) {
  for (const visitor of present) if (visitor.leaves <= number) present.delete(visitor);
  const arrivals = 3 + random(5);
  for (let i = 0; i < arrivals; i++) present.add(new Visitor(++arrived, number + 8 + random(25)));
}
