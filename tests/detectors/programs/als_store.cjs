'use strict';

// What is made in a request's context keeps that context: here resources in a pool.
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');

const storage = new AsyncLocalStorage();
const idle = [];

class RequestContext {
  constructor(number) {
    this.id = `request ${number}`;
    this.body = { text: `body ${number}` };
  }
}

exports.unit = async (number) => {
  storage.run(new RequestContext(number), () => { idle.push(new AsyncResource('Connection')); });
};
