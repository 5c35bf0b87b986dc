"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// What a TypeScript compiler writes. A record with several fields, one of them an object, is no wrapper.
const promises_1 = require("node:timers/promises");
class Customer {
    constructor(number) {
        this.city = `city ${number}`;
    }
}
class Orders {
    constructor() {
        this.placed = [];
    }
    place(number) {
        this.placed.push({ id: `order ${number}`, status: `paid ${number}`, customer: new Customer(number) });
    }
}
exports.Orders = Orders;
async function main() {
    const orders = new Orders();
    exports.orders = orders;
    let number = 0;
    for (const size of [60, 60, 180]) {
        for (let left = size; left > 0; left--)
            orders.place(number++);
        process.emit("round");
        await (0, promises_1.setTimeout)(400);
    }
    await (0, promises_1.setTimeout)(60000);
}
void main();
