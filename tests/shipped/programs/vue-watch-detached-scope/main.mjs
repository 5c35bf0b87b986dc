// A store with one scope for its life: whoever opens a product watches its price for a while.

import { effectScope, ref, watch } from 'vue';

class PriceBoard {
  constructor() {
    this.scope = effectScope(true);
    this.price = ref(100);
  }

  follow(product) {
    return this.scope.run(() =>
      watch(this.price, (price) => {
        product.price = price;
      }),
    );
  }
}

class Product {
  constructor(number) {
    this.name = `product ${number}`;
    this.price = 0;
    this.pictures = [1, 2, 3].map((picture) => `${number}-${picture}.jpg`);
  }
}

const board = new PriceBoard();

export async function work(number) {
  const product = new Product(number);
  const stop = board.follow(product);
  board.price.value = number;
  await null;
  stop();
}
