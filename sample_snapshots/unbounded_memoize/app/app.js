'use strict';

const http = require('node:http');
const { renderInvoice, taxRate } = require('./lib/invoices');
const { Mailbox } = require('./lib/mailbox');

const mailbox = new Mailbox();

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://billing.example');
  const customer = url.searchParams.get('customer');
  const country = url.searchParams.get('country') ?? 'DE';
  const document = renderInvoice(customer, country, Number(url.searchParams.get('issued')));
  mailbox.send(customer, document.text);
  response.end(JSON.stringify({ total: document.total, tax: taxRate(country) }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
