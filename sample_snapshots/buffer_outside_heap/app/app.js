'use strict';

const http = require('node:http');
const { readBody } = require('./lib/body');
const { DuplicateCheck } = require('./lib/duplicateCheck');

const duplicates = new DuplicateCheck();
const sizes = []; // of the last fifty uploads, for the status page

const server = http.createServer(async (request, response) => {
  const name = new URL(request.url, 'http://scans.example').searchParams.get('name');
  const scan = await readBody(request);
  const isKnown = duplicates.isKnown(scan);
  if (!isKnown) duplicates.remember(name, scan);
  sizes.push({ name, size: scan.length });
  if (sizes.length > 50) sizes.shift();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name, isKnown, size: scan.length }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
