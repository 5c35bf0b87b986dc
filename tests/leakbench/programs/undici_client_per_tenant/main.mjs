// A keep-alive client for each shop's address, none of which is ever closed.

import http from 'node:http';
import { Agent, request } from 'undici';

const server = http.createServer((incoming, response) => {
  response.setHeader('connection', 'close');
  response.end('{"stock": 7}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const dispatchers = {};

function dispatcherFor(shop) {
  return (dispatchers[shop] ??= new Agent({ connections: 1, keepAliveTimeout: 10 }));
}

export async function work(number) {
  const shop = `shop-${number}`;
  const { body } = await request(`http://127.0.0.1:${server.address().port}/stock`, {
    dispatcher: dispatcherFor(shop),
    headers: { 'x-shop': shop },
  });
  await body.text();
}
