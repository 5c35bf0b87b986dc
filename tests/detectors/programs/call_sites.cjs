"use strict";
// Structured stacks keep the functions of their frames, and what these were called on.
const traces = [];

class Job {
  constructor(i) {
    this.payload = new Array(100).fill(`payload ${i}`);
  }

  run() {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (_, sites) => sites;
    traces.push(new Error().stack.slice(0, 2));
    Error.prepareStackTrace = before;
  }
}

exports.unit = (i) => new Job(i).run();
