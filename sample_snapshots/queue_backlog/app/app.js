'use strict';

const http = require('node:http');
const { PrintQueue } = require('./lib/printQueue');
const { parcelsOf } = require('./lib/parcels');

const labels = new PrintQueue();

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://labels.example');
  response.setHeader('content-type', 'application/json');
  if (url.pathname === '/printer') {
    // The printer in the warehouse asks for its next work whenever it has finished.
    response.end(JSON.stringify(labels.next()));
    return;
  }
  const parcels = parcelsOf(url.searchParams.get('order'), Number(url.searchParams.get('parcels')));
  for (const parcel of parcels) labels.add(parcel);
  response.end(JSON.stringify({ accepted: parcels.length, printed: labels.printed }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
