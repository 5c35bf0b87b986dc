'use strict';

// A hand-made context for asynchronous work, from before AsyncLocalStorage. `destroy` is missing.

const asyncHooks = require('node:async_hooks');

const contexts = new Map();

class RequestContext {
  constructor(number) {
    this.number = number;
    this.locale = 'en';
  }
}

let starting = null;

asyncHooks
  .createHook({
    init(asyncId, type, triggerAsyncId) {
      const context = starting ?? contexts.get(triggerAsyncId);
      if (context && type === 'Timeout') contexts.set(asyncId, context);
    },
  })
  .enable();

exports.work = async (number) => {
  const wait = new Promise((resolve) => {
    starting = new RequestContext(number);
    setTimeout(resolve, 0);
    starting = null;
  });
  await wait;
};
