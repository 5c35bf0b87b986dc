'use strict';

const http = require('node:http');
const { InventoryClient } = require('./lib/inventoryClient');
const { createOrderHandler } = require('./lib/orderHandler');

const inventory = new InventoryClient({ warehouse: 'north', concurrency: 4 });
const handleOrder = createOrderHandler(inventory);
const latencies = []; // of the last hundred orders, for /health

const server = http.createServer(async (request, response) => {
  if (request.url === '/health') {
    const slowest = Math.max(0, ...latencies);
    response.end(JSON.stringify({ ok: inventory.connected, slowest }));
    return;
  }
  const startedAt = performance.now();
  await handleOrder(request, response);
  latencies.push(performance.now() - startedAt);
  if (latencies.length > 100) latencies.shift();
});

inventory.on('error', (error) => console.error('inventory:', error.message));
inventory.connect();
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
