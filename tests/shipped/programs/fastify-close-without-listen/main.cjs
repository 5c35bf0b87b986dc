'use strict';

// Tests of an application: each builds one, injects a request and closes it, without listening.

const fastify = require('fastify');

class OrderService {
  constructor(number) {
    this.orders = Array.from({ length: 20 }, (_, order) => ({ id: `${number}-${order}` }));
  }

  list() {
    return this.orders;
  }
}

function build(number) {
  const app = fastify();
  app.decorate('orders', new OrderService(number));
  app.get('/orders', async () => app.orders.list());
  return app;
}

exports.work = async (number) => {
  const app = build(number);
  const answer = await app.inject({ method: 'GET', url: '/orders' });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  await app.close();
};
