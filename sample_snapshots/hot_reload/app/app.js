'use strict';

const http = require('node:http');
const { loadRules } = require('./lib/ruleLoader');

let rules = loadRules();
const quotes = []; // the last thirty, for the dashboard

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://pricing.example');
  if (request.method === 'POST' && url.pathname === '/rules/reload') {
    rules = loadRules();
    response.end(JSON.stringify({ rules: rules.count() }));
    return;
  }
  const amount = Number(url.searchParams.get('amount'));
  const quote = { amount, net: rules.apply(url.searchParams.get('group'), amount), at: Date.now() };
  quotes.push(quote);
  if (quotes.length > 30) quotes.shift();
  response.end(JSON.stringify(quote));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
