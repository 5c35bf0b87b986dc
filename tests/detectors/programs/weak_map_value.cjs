"use strict";
// One key that lives long; the value that a WeakMap keeps for it grows.
class Server {}

class AccessRecord {
  constructor(i) {
    this.url = `/users/${i}`;
  }
}

const accessOf = new WeakMap();
const server = new Server();
accessOf.set(server, []);

exports.unit = (i) => {
  accessOf.get(server).push(new AccessRecord(i));
};
exports.server = server;
