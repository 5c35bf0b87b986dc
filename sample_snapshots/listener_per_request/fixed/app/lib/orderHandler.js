'use strict';

class OrderDraft {
  constructor(number, sku, quantity) {
    this.number = number;
    this.lines = Array.from({ length: quantity }, (_, position) => ({ position, sku, packed: false }));
    this.remarks = [`order ${number}`, `${quantity} pieces of ${sku}`];
  }
}

function createOrderHandler(inventory) {
  let orderCount = 0;

  return async function handleOrder(request, response) {
    const url = new URL(request.url, 'http://shop.example');
    const sku = url.searchParams.get('sku');
    const draft = new OrderDraft(++orderCount, sku, Number(url.searchParams.get('quantity')));

    const fail = (error) => {
      if (response.headersSent) return;
      response.statusCode = 502;
      response.end(JSON.stringify({ error: error.message, order: draft.number }));
    };

    inventory.on('error', fail);
    try {
      const left = await inventory.reserve(sku, draft.lines.length);
      for (const line of draft.lines) line.packed = true;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ order: draft.number, left }));
    } finally {
      inventory.off('error', fail);
    }
  };
}

module.exports = { createOrderHandler };
