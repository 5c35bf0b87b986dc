'use strict';

const { memoize } = require('./memoize');

const RATES = { DE: 19, FR: 20, IT: 22, ES: 21, NL: 21, SE: 25, PL: 23, AT: 20 };

class InvoiceLine {
  constructor(position, label, cents) {
    this.position = position;
    this.label = label;
    this.cents = cents;
  }
}

class InvoiceDocument {
  constructor(customer, country, issued) {
    this.customer = customer;
    this.issued = new Date(issued);
    this.lines = ['hosting', 'support', 'storage', 'traffic', 'backup'].map(
      (label, position) => new InvoiceLine(position, label, 500 + ((issued + position * 37) % 900)),
    );
    this.total = this.lines.reduce((sum, line) => sum + line.cents, 0) * (1 + taxRate(country) / 100);
    this.text = [`Invoice for ${customer}`, ...this.lines.map((line) => `${line.label}: ${line.cents}`)].join('\n');
  }
}

const taxRate = memoize((country) => RATES[country] ?? 0, 50);

const renderInvoice = memoize((customer, country, issued) => new InvoiceDocument(customer, country, issued), 80);

module.exports = { renderInvoice, taxRate };
