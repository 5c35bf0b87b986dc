const http = require('node:http');
const { startTracing, trace, slowestRoutes } = require('./lib/tracing');
const { Basket } = require('./lib/basket');

const baskets = new Map(); // a basket goes away with its checkout
startTracing();

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://checkout.example');
  const span = trace(url.pathname, request.headers);
  const key = url.searchParams.get('basket');
  if (url.pathname === '/add') {
    if (!baskets.has(key)) baskets.set(key, new Basket(key));
    baskets.get(key).add(url.searchParams.get('sku'));
    response.end('{}');
  } else if (url.pathname === '/checkout') {
    const total = baskets.get(key).total();
    baskets.delete(key);
    response.end(JSON.stringify({ total }));
  } else {
    response.end(JSON.stringify(slowestRoutes()));
  }
  span.finish(response.statusCode);
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
