'use strict';

const STREETS = ['Mill Lane', 'Harbour Road', 'Church Street', 'Station Square', 'High Street'];

function parcelsOf(order, count) {
  return Array.from({ length: count }, (_, position) => ({
    code: `${order}-${position + 1}`,
    address: `${STREETS[position % STREETS.length]} ${position + 1}`,
    weight: 0.5 + position * 0.25,
  }));
}

module.exports = { parcelsOf };
