'use strict';

class CacheEntry {
  constructor(key, value) {
    this.key = key;
    this.value = value;
    this.hits = 0;
  }
}

/** At most `capacity` entries; the one not used for the longest time goes first. */
class LruCache {
  constructor(capacity) {
    this.capacity = capacity;
    this.entries = new Map();
  }

  get(key) {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    entry.hits += 1;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key, value) {
    this.entries.set(key, new CacheEntry(key, value));
    if (this.entries.size > this.capacity) this.entries.delete(this.entries.keys().next().value);
  }
}

module.exports = { LruCache };
