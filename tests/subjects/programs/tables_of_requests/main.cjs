'use strict';
// Each request has a WeakMap of its own, with an entry for the one schema. The requests leak.
class Schema {
  constructor() {
    this.fields = ['id', 'name'];
  }
}

class Plan {
  constructor(number) {
    this.steps = [`scan ${number}`, `sort ${number}`];
  }
}

class Request {
  #plans = new WeakMap();

  constructor(number) {
    this.path = `/rows/${number}`;
  }

  plan(schema, number) {
    this.#plans.set(schema, new Plan(number));
  }
}

const schema = new Schema();
const open = new Map();
let number = 0;
function serve() {
  const request = new Request(number);
  request.plan(schema, number);
  open.set(number++, request);
}

const sizes = [60, 60, 180];
const timer = setInterval(() => {
  if (sizes.length === 0) return clearInterval(timer);
  for (let left = sizes.shift(); left > 0; left--) serve();
  process.emit('round');
}, 400);
setTimeout(() => {}, 60_000);
