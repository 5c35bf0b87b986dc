export class Order {
  constructor(number, items) {
    this.number = number;
    this.lines = items.map((item) => ({ item, price: `${number % 9}.50`, note: `for order ${number}` }));
  }
}
