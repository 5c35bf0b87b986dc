class Trace {
  constructor(path) {
    this.path = path;
    this.at = new Date();
  }
}

/** The last requests, for the support. */
export class Tracer {
  #traces = [];

  #limit;

  constructor(limit) {
    this.#limit = limit;
  }

  add(path) {
    this.#traces.push(new Trace(path));
    if (this.#traces.length > this.#limit) this.#traces.shift();
  }
}
