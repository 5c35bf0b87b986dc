const ESTIMATE = 22;

export class RowHeights {
  #known = new Map();

  measured(id, element) {
    const { top, height } = element.getBoundingClientRect();
    this.#known.set(id, { height, top: top + window.scrollY });
  }

  of(id) {
    return this.#known.get(id)?.height ?? ESTIMATE;
  }

  total(rows) {
    return rows.reduce((sum, { id }) => sum + this.of(id), 0);
  }
}
