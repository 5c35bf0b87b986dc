'use strict';

// A worker whose loop never ends: a generator takes a job, handles it and takes the next.

const co = require('co');

class Mailbox {
  constructor() {
    this.wake = null;
  }

  next() {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

const mailbox = new Mailbox();

co(function* worker() {
  for (;;) {
    const job = yield mailbox.next();
    job.done(job.number * 2);
  }
}).catch((error) => {
  process.nextTick(() => {
    throw error;
  });
});

exports.work = (number) => new Promise((done) => mailbox.wake({ number, done }));
