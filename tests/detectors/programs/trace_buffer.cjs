"use strict";
// Spans are kept until somebody exports them, which nobody does.
class Tracer {
  constructor() {
    this.finishedSpans = [];
  }

  end(i) {
    this.finishedSpans.push({ name: `GET /users/${i}`, at: i + 0.25, tags: [`user ${i}`] });
  }
}

const tracer = new Tracer();

exports.unit = (i) => tracer.end(i);
