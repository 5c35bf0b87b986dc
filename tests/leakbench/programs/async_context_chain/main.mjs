// Each tick of the poller enters a context that remembers the context it came from.

import { AsyncLocalStorage } from 'node:async_hooks';

const contexts = new AsyncLocalStorage();

class TraceContext {
  constructor(parent, name) {
    this.parent = parent;
    this.name = name;
    this.tags = { service: 'poller', attempt: parent ? parent.tags.attempt + 1 : 1 };
  }
}

let turn;
let done;

async function poll() {
  for (;;) {
    const number = await new Promise((resolve) => (turn = resolve));
    contexts.enterWith(new TraceContext(contexts.getStore(), `tick-${number}`));
    await null;
    done();
  }
}

void poll();

export async function work(number) {
  const finished = new Promise((resolve) => (done = resolve));
  turn(number);
  await finished;
}
