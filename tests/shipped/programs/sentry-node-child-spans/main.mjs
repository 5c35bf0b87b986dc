// A service that starts in a span. A queue that was filled when it started works on within that span, which has ended.

import * as Sentry from '@sentry/node';

Sentry.init({
  dsn: 'http://key@sentry.invalid/1',
  tracesSampleRate: 0,
  transport: () => ({ send: async () => ({}), flush: async () => true }),
});

class Mailer {
  constructor() {
    this.waiting = [];
    this.wake = () => {};
    this.sent = 0;
  }

  async run() {
    for (;;) {
      const job = this.waiting.shift();
      if (job === undefined) await new Promise((resolve) => (this.wake = resolve));
      else await Sentry.startSpan({ name: 'send mail', op: 'queue.process' }, () => this.send(job));
    }
  }

  async send({ to, done }) {
    this.sent++;
    done(to);
  }
}

const mailer = new Mailer();
Sentry.startSpan({ name: 'Create App', op: 'app_creation' }, () => void mailer.run());

export function work(number) {
  return new Promise((resolve) => {
    mailer.waiting.push({ to: `customer-${number}@shop.example`, done: resolve });
    mailer.wake();
  });
}
