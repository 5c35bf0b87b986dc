/** One loop of frames for everything that moves. */
class Ticker {
  #tasks = new Set();

  #isRunning = false;

  add(task) {
    this.#tasks.add(task);
    if (!this.#isRunning) {
      this.#isRunning = true;
      requestAnimationFrame(this.#tick);
    }
  }

  remove(task) {
    this.#tasks.delete(task);
  }

  #tick = (time) => {
    for (const task of this.#tasks) task(time);
    this.#isRunning = this.#tasks.size > 0;
    if (this.#isRunning) requestAnimationFrame(this.#tick);
  };
}

export const ticker = new Ticker();
