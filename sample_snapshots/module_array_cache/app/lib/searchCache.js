'use strict';

const MAX_AGE_MS = 5 * 60 * 1000;

class CachedSearch {
  constructor(query, visitor, hits) {
    this.query = query;
    this.visitor = visitor;
    this.hits = hits;
    this.expiresAt = Date.now() + MAX_AGE_MS;
  }

  isFreshFor(query, visitor) {
    return this.query === query && this.visitor === visitor && this.expiresAt > Date.now();
  }
}

const recentSearches = [];

function recall(query, visitor) {
  return recentSearches.find((search) => search.isFreshFor(query, visitor));
}

function remember(query, visitor, hits) {
  const search = new CachedSearch(query, visitor, hits);
  recentSearches.push(search);
  return search;
}

module.exports = { recall, remember };
