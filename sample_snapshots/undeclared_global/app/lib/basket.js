const PRICES = new Map(Array.from({ length: 40 }, (_, i) => [`sku-${i}`, 199 + i * 50]));

class Basket {
  constructor(key) {
    this.key = key;
    this.items = [];
  }

  add(sku) {
    this.items.push({ sku, cents: PRICES.get(sku) ?? 0 });
  }

  total() {
    return this.items.reduce((sum, item) => sum + item.cents, 0);
  }
}

module.exports = { Basket };
