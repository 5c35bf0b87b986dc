// A store for all, and a subscriber for each request.

import { createStore } from 'zustand/vanilla';

const basket = createStore(() => ({ items: 0 }));

class BasketBadge {
  constructor(request) {
    this.request = request;
    this.shown = 0;
    basket.subscribe((state) => {
      this.shown = state.items;
    });
  }
}

export function work(number) {
  const badge = new BasketBadge({ number, cookies: { id: `c${number}` } });
  if (number % 10 === 0) basket.setState({ items: number });
  return badge.shown;
}
