// Sessions that live as long as they are used: reading one renews its age. What is not read any more is purged.

import { LRUCache } from 'lru-cache';

class Session {
  constructor(number) {
    this.user = `user ${number}`;
    this.pages = [];
  }

  visit(page) {
    this.pages.push(page);
  }
}

const sessions = new LRUCache({ ttl: 10, ttlAutopurge: true, updateAgeOnGet: true });

export async function work(number) {
  const id = `session-${number}`;
  sessions.set(id, new Session(number));
  await new Promise((resolve) => setTimeout(resolve, 2));
  sessions.get(id)?.visit('/cart');
}
