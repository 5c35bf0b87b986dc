/** The last entries: a new one takes the place of the oldest. */
export class Ring {
  #slots;
  #next = 0;

  constructor(capacity) {
    this.#slots = new Array(capacity).fill(null);
  }

  add(entry) {
    this.#slots[this.#next % this.#slots.length] = entry;
    this.#next += 1;
  }

  get latest() {
    return this.#slots[(this.#next - 1) % this.#slots.length];
  }

  toArray() {
    const first = Math.max(0, this.#next - this.#slots.length);
    return Array.from({ length: this.#next - first }, (_, place) => this.#slots[(first + place) % this.#slots.length]);
  }
}
