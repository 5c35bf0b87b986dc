"use strict";
// A counter as metric libraries have it; one label is different in each request.
class Counter {
  constructor(name) {
    this.name = name;
    this.hashMap = {};
  }

  inc(labels) {
    const hash = Object.keys(labels).sort().map((key) => `${key}:${labels[key]}`).join(",");
    this.hashMap[hash] ??= { value: 0, labels };
    this.hashMap[hash].value += 1.5;
  }
}

class Registry {
  constructor() {
    this._metrics = { requests: new Counter("requests") };
  }
}

const registry = new Registry();

exports.unit = (i) => {
  registry._metrics.requests.inc({ method: "GET", path: `/users/${i}`, status: "200" });
};
