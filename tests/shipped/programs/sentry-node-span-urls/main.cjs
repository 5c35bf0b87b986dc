'use strict';

// Orders are looked up in another service, one address for each; Sentry traces the requests.

const http = require('node:http');

const Sentry = require('@sentry/node');
require('@sentry/tracing');

Sentry.init({
  dsn: 'http://key@sentry.invalid/1',
  tracesSampleRate: 1,
  // Asked for each address.
  integrations: [new Sentry.Integrations.Http({ tracing: { shouldCreateSpanForRequest: () => true } })],
  transport: () => ({ send: async () => ({}), flush: async () => true }),
});

const orders = http.createServer((request, response) => {
  response.end(JSON.stringify({ path: request.url, total: 12 }));
});
const listening = new Promise((resolve) => {
  orders.listen(0, '127.0.0.1', () => resolve(orders.address().port));
});

function get(port, path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', reject);
  });
}

exports.work = async (number) => {
  const transaction = Sentry.startTransaction({ op: 'task', name: 'look up order' });
  Sentry.getCurrentHub().configureScope((scope) => scope.setSpan(transaction));
  await get(await listening, `/orders/${number}`);
  transaction.finish();
};
