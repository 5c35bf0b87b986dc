// The state that displays of one browser share: traits of a widget, of which Python sees each change.

import { sameValue } from "./state.js";

// Moving through rows with the arrow keys tells Python where it ends, not each step.
const SAVE_MS = 120;

export class TraitStore {
  #model;
  #timer = null;
  #listeners = new Set();

  constructor(model) {
    this.#model = model;
  }

  get(key) {
    return this.#model.get(key) ?? null;
  }

  set(key, value) {
    if (sameValue(this.get(key), value)) return;
    this.#model.set(key, value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_MS);
  }

  /** Have a function called with each new value, whoever sets it. */
  subscribe(key, callback) {
    const listener = { event: `change:${key}`, run: () => callback(this.get(key)) };
    this.#listeners.add(listener);
    this.#model.on(listener.event, listener.run);
    return () => this.#unsubscribe(listener);
  }

  /** Tell Python now. */
  flush() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#model.save_changes();
  }

  dispose() {
    this.flush();
    for (const listener of [...this.#listeners]) this.#unsubscribe(listener);
  }

  #unsubscribe(listener) {
    this.#listeners.delete(listener);
    this.#model.off(listener.event, listener.run);
  }
}
