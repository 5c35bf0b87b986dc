'use strict';

// "The last errors" for a status page. The limit is checked against the wrong thing.

class PaymentError extends Error {
  constructor(message, order) {
    super(message);
    this.name = 'PaymentError';
    this.order = order;
  }
}

const status = { lastErrors: [], limit: 50, shown: 0 };

function remember(error) {
  status.lastErrors.push(error);
  if (status.shown > status.limit) status.lastErrors.shift();
}

async function pay(order) {
  await null;
  if (order.cents % 2 === 1) throw new PaymentError('card declined', order);
}

exports.work = async (number) => {
  try {
    await pay({ id: `o-${number}`, cents: number * 2 + 1 });
  } catch (error) {
    remember(error);
  }
};
