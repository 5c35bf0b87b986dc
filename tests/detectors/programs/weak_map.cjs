"use strict";
// What a WeakMap keeps for a key lives as long as the key, and the keys are never let go.
class Connection {
  constructor(i) {
    this.name = `connection ${i}`;
  }
}

class Statistics {
  constructor(i) {
    this.samples = new Array(50).fill(i + 0.5);
  }
}

const statistics = new WeakMap();
const connections = new Set();

exports.unit = (i) => {
  const connection = new Connection(i);
  connections.add(connection);
  statistics.set(connection, new Statistics(i));
};
