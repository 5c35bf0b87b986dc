// A large cache fills up and stops; a small list does not stop.

class Tile {
  constructor(x) {
    this.x = x;
    this.pixels = new Array(200).fill(x);
  }
}

const tiles = new Map();
const auditLog = [];

export async function work(number) {
  const x = number % 130;
  if (!tiles.has(x)) tiles.set(x, new Tile(x));
  auditLog.push({ tile: tiles.get(x).x, at: new Date(), who: `user ${number % 5}` });
}
