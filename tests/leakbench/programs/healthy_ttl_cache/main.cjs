'use strict';

// Entries live for 60 turns of a logical clock, and are swept; all of them are replaced in time.

class Quote {
  constructor(symbol, price) {
    this.symbol = symbol;
    this.price = price;
    this.depth = [price - 1, price, price + 1];
  }
}

class ExpiringCache {
  constructor(lifetime) {
    this.lifetime = lifetime;
    this.entries = new Map();
  }

  set(key, value, now) {
    this.entries.set(key, { value, expires: now + this.lifetime });
    for (const [old, entry] of this.entries) {
      if (entry.expires > now) break;
      this.entries.delete(old);
    }
  }
}

const quotes = new ExpiringCache(60);

exports.work = (number) => {
  quotes.set(`${number}-a`, new Quote(`S${number}`, number), number);
  if (number % 3 === 0) quotes.set(`${number}-b`, new Quote(`T${number}`, number), number);
};
