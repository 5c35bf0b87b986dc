'use strict';

// The path with the order's id in it as a label: one series for every order.

const client = require('prom-client');

const registry = new client.Registry();
const requests = new client.Counter({
  name: 'http_requests_total',
  help: 'Requests by path',
  labelNames: ['method', 'path', 'status'],
  registers: [registry],
});
const inFlight = new client.Gauge({ name: 'in_flight', help: 'now', registers: [registry] });

async function handle(method, path) {
  inFlight.inc();
  await null;
  requests.inc({ method, path, status: '200' });
  inFlight.dec();
}

exports.work = async (number) => {
  await handle('GET', `/orders/${100000 + number}`);
  await handle('GET', '/healthz');
  if (number % 50 === 0) await registry.metrics();
};
