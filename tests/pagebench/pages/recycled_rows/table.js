import { layoutFor } from './layout.js';
import { giveBack, takeRow } from './rowPool.js';

export class DeliveryTable {
  #body;
  #layout = null;

  constructor(body) {
    this.#body = body;
  }

  show(deliveries, width) {
    if (this.#layout) giveBack(this.#layout, [...this.#body.rows]);
    this.#layout = layoutFor(width);
    const rows = deliveries.map(({ number, town, state }) => {
      const row = takeRow(this.#layout);
      [number, town, state].forEach((text, place) => {
        row.cells[place].textContent = text;
      });
      return row;
    });
    this.#body.replaceChildren(...rows);
  }
}
