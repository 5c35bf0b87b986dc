'use strict';

const http = require('node:http');
const { ParcelDesk } = require('./lib/parcelDesk');

const desk = new ParcelDesk();
const visits = new Map(); // per route; there are three

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://parcels.example');
  visits.set(url.pathname, (visits.get(url.pathname) ?? 0) + 1);
  const number = url.searchParams.get('parcel');
  if (url.pathname === '/watch') desk.watch(number);
  else if (url.pathname === '/delivered') desk.delivered(number);
  response.end(JSON.stringify({ watched: desk.watched.size, late: desk.late.length }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
