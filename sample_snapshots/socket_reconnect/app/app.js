'use strict';

const { QuoteFeed } = require('./lib/quoteFeed');
const { PriceBoard } = require('./lib/priceBoard');

const SYMBOLS = ['ACME', 'BOLT', 'CORE', 'DUNE', 'ECHO', 'FLUX', 'GLOW', 'HALO'];

const board = new PriceBoard(SYMBOLS, 50);
const feed = new QuoteFeed({ host: '127.0.0.1', port: Number(process.argv[2]), symbols: SYMBOLS });

feed.on('quote', (quote) => board.update(quote));
feed.on('down', () => board.markStale());
feed.start();

console.log('started');
