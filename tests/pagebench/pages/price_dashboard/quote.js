export class Quote {
  constructor({ symbol, price }) {
    this.symbol = symbol;
    this.price = price;
    this.at = new Date();
  }
}
