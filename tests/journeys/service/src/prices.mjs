import { EventEmitter } from 'node:events';

const priceFeed = new EventEmitter().setMaxListeners(0);

class Quote {
  constructor(currency) {
    this.currency = currency;
    this.lines = Array.from({ length: 20 }, (_, line) => ({ line, cents: 100 * line }));
  }
}

export function quote(response, currency) {
  const offer = new Quote(currency);
  priceFeed.on('tick', () => {
    offer.lines[0].cents += 1;
    response.statusCode = 200;
  });
}
