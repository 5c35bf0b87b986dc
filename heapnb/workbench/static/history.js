/** Where the reader has been: a list of places with back and forward, as in a web browser. */

const MOST_PLACES = 200;

// Moving through rows with the arrow keys is one visit, not one for each row.
const SAME_VISIT_MS = 700;

export class History {
  #places = [];
  #at = -1;
  #lastVisit = -Infinity;

  /** Remember a place; what was ahead of the current one is forgotten. */
  visit(place, now) {
    if (this.current !== null && samePlace(this.current, place)) return;
    const passesThrough =
      this.current !== null &&
      this.current.view === place.view &&
      this.current.selected !== null &&
      now - this.#lastVisit < SAME_VISIT_MS;
    this.#places.length = this.#at + 1;
    if (passesThrough) this.#places.pop();
    this.#places.push(place);
    if (this.#places.length > MOST_PLACES) this.#places.shift();
    this.#at = this.#places.length - 1;
    this.#lastVisit = now;
  }

  /** Let what comes next be a visit of its own, however soon. */
  rest() {
    this.#lastVisit = -Infinity;
  }

  get current() {
    return this.#places[this.#at] ?? null;
  }

  get canGoBack() {
    return this.#at > 0;
  }

  get canGoForward() {
    return this.#at < this.#places.length - 1;
  }

  /** Go one place back and return it; null at the first. */
  back() {
    return this.#move(this.canGoBack, -1);
  }

  /** Go one place forward and return it; null at the last. */
  forward() {
    return this.#move(this.canGoForward, 1);
  }

  #move(isPossible, step) {
    if (!isPossible) return null;
    this.#at += step;
    this.rest();
    return this.current;
  }
}

/** Tell whether two places are the same row of the same view. */
export function samePlace(one, other) {
  return (
    one.view === other.view &&
    (one.selected?.key ?? null) === (other.selected?.key ?? null) &&
    (one.selected?.node_id ?? null) === (other.selected?.node_id ?? null)
  );
}
