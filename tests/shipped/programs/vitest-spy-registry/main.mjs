// Tests without isolation: each test makes its own mock functions and clears them all at its end.

import * as spy from '@vitest/spy';

class Mailer {
  constructor() {
    this.sent = 0;
  }

  send(address) {
    this.sent += address.length;
  }
}

export function work(number) {
  const mailer = new Mailer();
  const onSent = spy.fn((address) => address.toUpperCase());
  for (const name of ['ann', 'bob']) {
    mailer.send(`${name}-${number}@mail.example`);
    onSent(name);
  }
  if (onSent.mock.calls.length !== 2) throw new Error('not called');
  spy.clearAllMocks?.();
  onSent.mockClear();
}
