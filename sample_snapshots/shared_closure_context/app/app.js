'use strict';

const http = require('node:http');
const config = require('./config.json');
const rates = require('./lib/rates');
const { AccessLog } = require('./lib/accessLog');

const accessLog = new AccessLog(config.accessLogSize);
const formatters = new Map(); // one per currency pair ever asked for: bounded by the currency list

function formatterFor(currency) {
  let formatter = formatters.get(currency);
  if (!formatter) {
    formatter = (amount) => `${amount.toFixed(config.digits)} ${currency}`;
    formatters.set(currency, formatter);
  }
  return formatter;
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://rates.example');
  accessLog.record(request.method, url.pathname);
  if (request.method === 'POST' && url.pathname === '/rates/refresh') {
    const service = rates.refresh(Number(url.searchParams.get('day')));
    response.end(JSON.stringify({ currencies: service.currencies() }));
    return;
  }
  const currency = url.searchParams.get('currency') ?? config.baseCurrency;
  const amount = Number(url.searchParams.get('amount') ?? 1);
  response.end(JSON.stringify({ result: formatterFor(currency)(rates.current().convert(amount, currency)) }));
});

rates.refresh(0);
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
