import { RecentCache } from './recentCache.js';

class Tile {
  constructor(row, column) {
    this.label = `${row}/${column}`;
    this.shades = Array.from({ length: 24 }, (_, place) => (row * 31 + column * 7 + place) / 3);
  }
}

export class Tiles {
  #recent = new RecentCache(120);

  tile(row, column) {
    const key = `${row}/${column}`;
    return this.#recent.get(key) ?? this.#recent.set(key, new Tile(row, column));
  }
}
