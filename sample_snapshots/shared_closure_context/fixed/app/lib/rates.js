'use strict';

const config = require('../config.json');

class Quote {
  constructor(currency, day) {
    this.currency = currency;
    this.mid = 1 + ((currency.charCodeAt(0) * 31 + currency.charCodeAt(1) * 17 + day * 7) % 997) / 100;
    this.source = `fixing of day ${day} for ${currency}`;
  }
}

class RateTable {
  constructor(day) {
    this.day = day;
    this.quotes = new Map();
    for (const currency of config.currencies) this.quotes.set(currency, new Quote(currency, day));
  }

  midOf(currency) {
    return this.quotes.get(currency)?.mid ?? NaN;
  }
}

let latest = null;

function driftReport(table, outgoing) {
  const lines = [];
  for (const currency of config.currencies) {
    lines.push(`${currency} ${table.midOf(currency) - outgoing.convert(1, currency)}`);
  }
  return lines.join('\n');
}

/** Load the fixing of a day and put it in place of the one before. */
function refresh(day) {
  const outgoing = latest;
  const table = new RateTable(day);

  if (config.logDrift && outgoing) console.log(driftReport(table, outgoing));

  latest = {
    day,
    convert: (amount, currency) => amount * table.midOf(currency),
    currencies: () => [...table.quotes.keys()],
  };
  return latest;
}

function current() {
  return latest;
}

module.exports = { refresh, current };
