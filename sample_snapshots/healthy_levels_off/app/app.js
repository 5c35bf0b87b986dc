'use strict';

const http = require('node:http');
const { LruCache } = require('./lib/lruCache');
const { ConnectionPool } = require('./lib/connectionPool');
const { renderPage } = require('./lib/pages');

const pages = new LruCache(900);
const pool = new ConnectionPool(8);
const visits = new Map(); // per section; there are six

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://docs.example');
  const section = url.pathname.split('/')[1];
  visits.set(section, (visits.get(section) ?? 0) + 1);
  if (section === 'statistics') {
    const { describe } = require('./lib/statistics'); // rarely needed, so loaded when first asked for
    response.end(describe(visits, pages));
    return;
  }
  let page = pages.get(url.pathname);
  if (!page) {
    const connection = await pool.acquire();
    page = renderPage(url.pathname, await connection.fetch(url.pathname));
    pool.release(connection);
    pages.set(url.pathname, page);
  }
  response.end(page.html);
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
