'use strict';

// A circuit breaker for every call. Each has a timer for its statistics that never ends.

const CircuitBreaker = require('opossum');

class Shipment {
  constructor(number) {
    this.number = number;
    this.parcels = ['small', 'large'];
  }
}

async function callCarrier(shipment) {
  await null;
  return shipment.parcels.length;
}

async function ship(shipment) {
  const breaker = new CircuitBreaker(() => callCarrier(shipment), { timeout: false, rollingCountBuckets: 2 });
  return breaker.fire();
}

exports.work = async (number) => {
  await ship(new Shipment(number));
};
