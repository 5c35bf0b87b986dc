// A subscription to prices for the life of the process, behind a link that retries.

import { ApolloLink, Observable, execute, gql } from '@apollo/client/core/index.js';
import { RetryLink } from '@apollo/client/link/retry/index.js';

const PRICES = gql`
  subscription Prices {
    price
  }
`;

class PriceTick {
  constructor(number) {
    this.price = number / 100;
    this.book = Array.from({ length: 10 }, (_, level) => ({ bid: number - level, size: level }));
  }
}

let publish = () => {};
let received = () => {};

const socket = new ApolloLink(
  () =>
    new Observable((observer) => {
      publish = (tick) => observer.next({ data: tick });
    }),
);

execute(ApolloLink.from([new RetryLink(), socket]), { query: PRICES }).subscribe({
  next: ({ data }) => received(data.price),
});

export async function work(number) {
  const price = new Promise((resolve) => {
    received = resolve;
  });
  publish(new PriceTick(number));
  return price;
}
