'use strict';

// Exchange rates, memoized for a few milliseconds by their request.

const mem = require('mem');

class ExchangeRate {
  constructor(request) {
    this.pair = `${request.from}/${request.to}`;
    this.steps = Array.from({ length: 8 }, (_, step) => request.number + step);
  }
}

const rateFor = mem((request) => new ExchangeRate(request), { maxAge: 5 });

exports.work = (number) => {
  const request = { from: 'EUR', to: 'CHF', number };
  rateFor(request);
  return rateFor(request).steps.length;
};
