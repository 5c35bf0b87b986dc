"use strict";
// Every failure is remembered, with its stack and its cause.
class RequestError extends Error {
  constructor(i, cause) {
    super(`request ${i} failed`, { cause });
    this.request = { id: i, body: new Array(20).fill(`body ${i}`) };
  }
}

class Monitor {
  constructor() {
    this.failures = [];
  }

  handle(i) {
    try {
      JSON.parse(`{bad ${i}`);
    } catch (error) {
      this.failures.push(new RequestError(i, error));
    }
  }
}

const monitor = new Monitor();

exports.unit = (i) => monitor.handle(i);
