const { EventEmitter } = require('node:events');
class Order { constructor(i) { this.label = `order ${i}`; } }
const bus = new EventEmitter().setMaxListeners(0);
function follow(order) { bus.on('price', (price) => { order.price = price; }); }
function unit(i) { follow(new Order(i)); }
