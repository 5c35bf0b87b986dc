'use strict';

class TtlCache {
  constructor() {
    this.data = {};
    this.hits = 0;
  }

  set(key, value) {
    this.data[key] = this._wrap(value, 0.5);
  }

  get(key) {
    this.hits++;
    return this.data[key]?.v;
  }

  _wrap(value, ttl) {
    return { t: Date.now() + ttl, v: value };
  }
}

exports.TtlCache = TtlCache;
