// An LRU cache that fills up after the first snapshot, and then only replaces.

import { LRUCache } from 'lru-cache';

class Article {
  constructor(number) {
    this.number = number;
    this.title = `article ${number}`;
    this.body = this.title.repeat(10);
  }
}

const articles = new LRUCache({ max: 150 });

export async function work(number) {
  for (const wanted of [number, number * 7 + 1, number % 10]) {
    if (!articles.has(wanted)) articles.set(wanted, new Article(wanted));
    articles.get(wanted);
  }
}
