'use strict';

const MAX_AGE_MS = 5 * 60 * 1000;
const CAPACITY = 100;

class CachedSearch {
  constructor(query, visitor, hits) {
    this.query = query;
    this.visitor = visitor;
    this.hits = hits;
    this.expiresAt = Date.now() + MAX_AGE_MS;
  }

  get isFresh() {
    return this.expiresAt > Date.now();
  }
}

const recentSearches = new Map(); // the oldest first

function keyOf(query, visitor) {
  return JSON.stringify([query, visitor]);
}

function recall(query, visitor) {
  const key = keyOf(query, visitor);
  const search = recentSearches.get(key);
  if (search?.isFresh) return search;
  recentSearches.delete(key);
  return undefined;
}

function remember(query, visitor, hits) {
  const search = new CachedSearch(query, visitor, hits);
  recentSearches.set(keyOf(query, visitor), search);
  if (recentSearches.size > CAPACITY) recentSearches.delete(recentSearches.keys().next().value);
  return search;
}

module.exports = { recall, remember };
