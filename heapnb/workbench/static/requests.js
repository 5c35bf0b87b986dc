/** Requests to the source: which take long, which answers came too late, and not too many at once. */

/** After so long a reader is told that an answer is outstanding. */
export const SLOW_MS = 2000;

const REST_MS = 120;

/** Sends requests and says how they stand. */
export class Requests {
  #source;
  #onWaiting;
  #onAnswer;
  #open = new Set();
  #isDisposed = false;

  /**
   * @param {{request(method: string, params: object): Promise<object>}} source
   * @param {object} handlers
   * @param {(isWaiting: boolean) => void} handlers.onWaiting - Whether one takes long.
   * @param {() => void} handlers.onAnswer - Called whenever an answer comes.
   */
  constructor(source, { onWaiting, onAnswer }) {
    this.#source = source;
    this.#onWaiting = onWaiting;
    this.#onAnswer = onAnswer;
  }

  /** Ask the source; rejects with an error whose `message` and `hint` are meant for the reader. */
  async send(method, params) {
    const request = { isSlow: false, timer: setTimeout(() => this.#slowDown(request), SLOW_MS) };
    this.#open.add(request);
    try {
      const answer = await this.#source.request(method, params);
      if (!this.#isDisposed) this.#onAnswer();
      return answer;
    } finally {
      clearTimeout(request.timer);
      this.#open.delete(request);
      if (request.isSlow) this.#sayWaiting();
    }
  }

  dispose() {
    this.#isDisposed = true;
    for (const { timer } of this.#open) clearTimeout(timer);
    this.#open.clear();
  }

  #slowDown(request) {
    request.isSlow = true;
    this.#sayWaiting();
  }

  #sayWaiting() {
    if (!this.#isDisposed) this.#onWaiting([...this.#open].some(({ isSlow }) => isSlow));
  }
}

/** Tells, of things that take time, which began last: only the newest counts. */
export class Newest {
  #number = 0;

  /** Begin something; the function returned tells whether nothing has begun since. */
  next() {
    const number = ++this.#number;
    return () => number === this.#number;
  }
}

/** Runs what is asked for often, such as at every row that the cursor passes, only as it rests. */
export class Resting {
  #timer = null;
  #last = -Infinity;

  /** Run something now, or after a moment in which nothing else was to be run. */
  run(action) {
    clearTimeout(this.#timer);
    const now = performance.now();
    if (now - this.#last > REST_MS) action();
    else this.#timer = setTimeout(action, REST_MS);
    this.#last = now;
  }

  dispose() {
    clearTimeout(this.#timer);
  }
}
