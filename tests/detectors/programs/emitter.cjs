'use strict';

// Every request listens to a bus that outlives it.
const { EventEmitter } = require('node:events');

const bus = new EventEmitter();

class Order {
  constructor(number) {
    this.number = `order ${number}`;
  }
}

function onPrice(order) {
  bus.on('price', (price) => { order.price = price; });
}

exports.unit = async (number) => onPrice(new Order(number));
