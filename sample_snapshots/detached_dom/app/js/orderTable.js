'use strict';

/** A page of orders; the one that was clicked last is marked. */
class OrderTable {
  constructor(body) {
    this.body = body;
    this.rows = new Map(); // order number → its row
    this.selected = null;
  }

  show(orders) {
    this.clear();
    for (const order of orders) this.body.append(this.rowFor(order));
  }

  clear() {
    this.body.replaceChildren();
  }

  rowFor(order) {
    const row = document.createElement('tr');
    for (const text of [order.number, order.customer, order.total]) {
      const cell = document.createElement('td');
      cell.textContent = text;
      row.append(cell);
    }
    row.addEventListener('click', () => this.select(order));
    this.rows.set(order.number, row);
    return row;
  }

  select(order) {
    if (this.selected) this.rows.get(this.selected.number)?.classList.remove('selected');
    this.selected = order;
    this.rows.get(order.number).classList.add('selected');
  }
}
