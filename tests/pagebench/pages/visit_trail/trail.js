class Visit {
  constructor(page, previous) {
    this.page = page;
    this.previous = previous;
    this.next = null;
    this.at = Date.now();
  }
}

/** Where the reader was, with a path back and forward. */
export class Trail {
  #latest = null;

  #shown = null;

  get current() {
    return this.#shown?.page;
  }

  visit(page) {
    const visit = new Visit(page, this.#latest);
    if (this.#latest) this.#latest.next = visit;
    this.#latest = visit;
    this.#shown = visit;
  }

  back() {
    this.#shown = this.#shown.previous;
  }
}
