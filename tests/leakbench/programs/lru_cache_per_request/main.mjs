// Each price list gets an LRU cache of its own; bounded ones, but there is one for every basket.

import { LRUCache } from 'lru-cache';

const cachesByBasket = new Map();

function cacheFor(basketId) {
  let cache = cachesByBasket.get(basketId);
  if (!cache) {
    cache = new LRUCache({ max: 20, ttl: 60_000 });
    cachesByBasket.set(basketId, cache);
  }
  return cache;
}

function priceOf(basketId, sku) {
  const cache = cacheFor(basketId);
  if (!cache.has(sku)) cache.set(sku, { sku, cents: sku.length * 199, at: Date.now() });
  return cache.get(sku).cents;
}

export async function work(number) {
  const basketId = `basket-${number}-${(number * 31).toString(36)}`;
  let total = 0;
  for (const sku of ['apples', 'bread', 'cheese']) total += priceOf(basketId, sku);
  return total;
}
