// A worker that stops with the process: every job has a time limit and the signal of the shutdown.

import { setMaxListeners } from 'node:events';
import pTimeout from 'p-timeout';

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);

class ThumbnailJob {
  constructor(number) {
    this.file = `image-${number}.png`;
    this.pixels = new Array(64).fill(number);
  }

  async run() {
    await null;
    return this.pixels.reduce((sum, pixel) => sum + pixel, 0);
  }
}

export async function work(number) {
  const job = new ThumbnailJob(number);
  return pTimeout(job.run(), { milliseconds: 1000, signal: shutdown.signal });
}
