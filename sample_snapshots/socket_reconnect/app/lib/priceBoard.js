'use strict';

/** The latest price of every symbol, with a short history for the chart. */
class PriceBoard {
  constructor(symbols, historyLength) {
    this.historyLength = historyLength;
    this.stale = true;
    this.rows = new Map(symbols.map((symbol) => [symbol, { price: null, history: [] }]));
  }

  update({ symbol, price, at }) {
    const row = this.rows.get(symbol);
    row.price = price;
    row.history.push({ price, at });
    if (row.history.length > this.historyLength) row.history.shift();
    this.stale = false;
  }

  markStale() {
    this.stale = true;
  }
}

module.exports = { PriceBoard };
