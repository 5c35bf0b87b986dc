/** The state that the views of one browser share, as plain values. */

/** Tell whether two plain values are equal; the order of an object's keys does not matter. */
export function sameValue(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]));
}

/** Return how a view is sorted and filtered: what was set, else its own order and no filters. */
export function settingsOf(settings, view) {
  const [sort, descending] = view.sort ?? [null, true];
  return { sort, descending, filters: {}, ...settings?.[view.key] };
}

/** Return all settings with those of one view changed. */
export function withSettings(settings, view, changes) {
  return { ...settings, [view.key]: { ...settingsOf(settings, view), ...changes } };
}

/** Return filters with some changed; null, false and empty ones do not apply. */
export function withFilters(filters, changes) {
  const merged = { ...filters, ...changes };
  const kept = Object.entries(merged).filter(([, value]) => value !== null && value !== "" && value !== false);
  return Object.fromEntries(kept);
}

/** Count the filters that apply. */
export function countFilters(filters) {
  // Whether a text is a regular expression is no filter by itself.
  return Object.keys(filters ?? {}).filter((key) => key !== "regex").length;
}

/** Return the expanded rows of all views with those of one view replaced, at most so many. */
export function withExpanded(expanded, view, keys, most = Infinity) {
  return { ...expanded, [view]: keys.slice(0, most) };
}

/** Return a list with a value appended, or removed if the list has it. */
export function toggled(values, value) {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

/** A store in memory, for pages without a kernel. */
export class MemoryStore {
  #values;
  #callbacks = new Map();

  constructor(values = {}) {
    this.#values = { ...values };
  }

  get(key) {
    return this.#values[key] ?? null;
  }

  set(key, value) {
    if (sameValue(this.get(key), value)) return;
    this.#values[key] = value;
    for (const callback of [...(this.#callbacks.get(key) ?? [])]) callback(value);
  }

  subscribe(key, callback) {
    const callbacks = this.#callbacks.get(key) ?? new Set();
    this.#callbacks.set(key, callbacks.add(callback));
    return () => callbacks.delete(callback);
  }
}
