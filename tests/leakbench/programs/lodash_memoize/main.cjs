'use strict';

// The resolver of `memoize` is left to its default, which is the first argument: an object.

const _ = require('lodash');

class TaxTable {
  constructor(country, year) {
    this.country = country;
    this.year = year;
    this.rates = _.range(12).map((month) => ({ month, rate: 0.19 }));
  }
}

const taxTableFor = _.memoize((address) => new TaxTable(address.country, 2024));

function invoiceTotal(order) {
  const table = taxTableFor(order.address);
  return _.sumBy(order.lines, 'cents') * (1 + table.rates[0].rate);
}

exports.work = (number) => {
  invoiceTotal({ address: { country: 'DE', zip: String(number) }, lines: [{ cents: 100 }, { cents: 250 }] });
};
