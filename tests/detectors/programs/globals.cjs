// The slip that strict mode forbids: `lastOrders` is declared nowhere.
class Order {
  constructor(i) {
    this.number = `order ${i}`;
  }
}

exports.unit = (i) => {
  if (i === 0) lastOrders = [];
  lastOrders.push(new Order(i));
};
