// An LRU cache with room for 300: full only shortly before the last snapshot.

import { LRUCache } from 'lru-cache';

class Avatar {
  constructor(user) {
    this.user = user;
    this.svg = `<svg><text>${user}</text></svg>`;
  }
}

const avatars = new LRUCache({ max: 300 });

export async function work(number) {
  avatars.set(`user-${number}`, new Avatar(`user-${number}`));
}
