'use strict';

// A tracer notes every asynchronous resource and forgets none: it has no `destroy`.
const { createHook } = require('node:async_hooks');

const spans = new Map();

class Span {
  constructor(type, trigger) {
    this.type = type;
    this.trigger = trigger;
  }
}

createHook({
  init(asyncId, type, trigger) {
    if (type === 'Immediate') spans.set(asyncId, new Span(type, trigger));
  },
}).enable();

exports.unit = async () => new Promise((resolve) => { setImmediate(resolve); });
