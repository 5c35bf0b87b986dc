'use strict';

const http = require('node:http');
const searchCache = require('./lib/searchCache');
const { Catalogue } = require('./lib/catalogue');

const catalogue = new Catalogue(400);
const popular = new Map(); // query word → how often; the words come from the catalogue, so there are few

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://search.example');
  const query = url.searchParams.get('q') ?? '';
  const visitor = request.headers['x-visitor'] ?? 'anonymous';
  let entry = searchCache.recall(query, visitor);
  if (!entry) entry = searchCache.remember(query, visitor, catalogue.search(query));
  for (const word of query.split(' ')) popular.set(word, (popular.get(word) ?? 0) + 1);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ hits: entry.hits.map((hit) => hit.title), popular: popular.size }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
