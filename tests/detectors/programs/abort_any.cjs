'use strict';

// Signals that follow one that lives for ever, and are listened to themselves.
const shutdown = new AbortController();
require('node:events').setMaxListeners(0, shutdown.signal);

class Call {
  constructor(number) {
    this.path = `/calls/${number}`;
  }
}

function start(call) {
  const signal = AbortSignal.any([shutdown.signal, new AbortController().signal]);
  signal.addEventListener('abort', () => { call.failed = true; });
}

exports.unit = async (number) => start(new Call(number));
