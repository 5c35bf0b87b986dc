// Bundled and minified before it runs: an outbox that is only emptied when the flag says so.

import { Outbox } from './outbox.mjs';

const outbox = new Outbox({ flushAfter: Number.POSITIVE_INFINITY });

export async function work(number) {
  outbox.post({ to: `user-${number}@example.com`, subject: `Invoice ${number}`, lines: [number, number + 1] });
  await outbox.flushIfDue();
}
