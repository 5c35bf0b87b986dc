'use strict';

// Each import reads lines of progress until one says that it is done.
const { EventEmitter, on, setMaxListeners } = require('node:events');

class Shutdown {
  controller = new AbortController();

  get signal() {
    return this.controller.signal;
  }
}

const shutdown = new Shutdown();
setMaxListeners(0, shutdown.signal);

async function watchImport(number) {
  const progress = new EventEmitter();
  setImmediate(() => {
    progress.emit('step', { number, percent: 50 });
    progress.emit('step', { number, percent: 100 });
  });
  for await (const [step] of on(progress, 'step', { signal: shutdown.signal })) {
    if (step.percent === 100) return step.number;
  }
}

exports.work = async function work(number) {
  await Promise.all([1, 2, 3].map((part) => watchImport(3 * number + part)));
};
