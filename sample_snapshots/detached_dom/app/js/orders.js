'use strict';

const CUSTOMERS = ['Ada', 'Barbara', 'Edsger', 'Grace', 'Donald', 'Margaret', 'Niklaus'];

class Order {
  constructor(number) {
    this.number = number;
    this.customer = CUSTOMERS[number % CUSTOMERS.length];
    this.total = `${(19 + (number * 37) % 400).toFixed(2)} EUR`;
  }
}

/** Stands for a request to the server. */
function loadOrders(page, count) {
  return Array.from({ length: count }, (_, position) => new Order((page - 1) * count + position + 1));
}
