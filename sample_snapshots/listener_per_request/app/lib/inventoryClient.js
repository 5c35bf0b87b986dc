'use strict';

const { EventEmitter } = require('node:events');

/** The one connection to the stock service; it lives as long as the process. */
class InventoryClient extends EventEmitter {
  constructor({ warehouse, concurrency }) {
    super();
    this.warehouse = warehouse;
    this.concurrency = concurrency;
    this.connected = false;
    this.waiting = [];
    this.active = 0;
    this.stock = new Map();
    this.setMaxListeners(0); // every order listens for a moment, so silence the warning
  }

  connect() {
    this.connected = true;
    this.emit('connect');
  }

  reserve(sku, quantity) {
    return new Promise((resolve) => {
      this.waiting.push({ sku, quantity, resolve });
      this.drain();
    });
  }

  drain() {
    while (this.active < this.concurrency && this.waiting.length > 0) {
      const { sku, quantity, resolve } = this.waiting.shift();
      this.active += 1;
      setImmediate(() => {
        const left = (this.stock.get(sku) ?? 10_000) - quantity;
        this.stock.set(sku, left);
        this.active -= 1;
        resolve(left);
        this.drain();
      });
    }
  }
}

module.exports = { InventoryClient };
