import QuickLRU from 'quick-lru';

class Tile {
  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.heights = new Uint8Array(256).fill(x ^ y);
  }
}

const tiles = new QuickLRU({ maxSize: 50 });

export function tileAt(x, y) {
  const key = `${x}/${y}`;
  let tile = tiles.get(key);
  if (!tile) tiles.set(key, (tile = new Tile(x, y)));
  return tile;
}
