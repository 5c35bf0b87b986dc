// Listeners, timers and abort signals, each taken off when its work is done.

import { EventEmitter, once } from 'node:events';

const bus = new EventEmitter();
const controller = new AbortController();

async function handle(number) {
  const seen = [];
  const listener = (text) => seen.push(text);
  const timeout = setTimeout(() => seen.push('late'), 10_000);
  const cancel = () => seen.push('cancelled');
  bus.on('news', listener);
  controller.signal.addEventListener('abort', cancel);
  try {
    setImmediate(() => bus.emit('news', `n${number}`));
    await once(bus, 'news');
    return seen.length;
  } finally {
    bus.off('news', listener);
    controller.signal.removeEventListener('abort', cancel);
    clearTimeout(timeout);
  }
}

export const work = (number) => handle(number);
