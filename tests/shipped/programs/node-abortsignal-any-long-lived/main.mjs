// A service derives a signal for each job from the one that shuts the service down.
const shutdown = new AbortController();

class ThumbnailJob {
  constructor(number) {
    this.number = number;
    this.own = new AbortController();
    this.signal = AbortSignal.any([shutdown.signal, this.own.signal]);
  }

  async run() {
    await null;
    this.signal.throwIfAborted();
    return this.number * 2;
  }
}

export async function work(number) {
  for (let part = 0; part < 10; part++) await new ThumbnailJob(10 * number + part).run();
}
