'use strict';
// A small shop that forgets to end its sessions: it runs in Node and as a page.

const sessions = new Map();

class Cart {
  constructor(id) {
    this.id = id;
    this.items = [];
  }

  add(name) {
    this.items.push({ name, place: this.items.length });
  }
}

function makeSession(id) {
  return { id, name: `session ${id}`, carts: [{ id, items: [] }] };
}

function login(id) {
  const session = makeSession(id);
  sessions.set(id, session);
  return session;
}

function restore(id) {
  const session = makeSession(-id);
  sessions.set(-id, session);
  return session;
}

function search(words) {
  const found = [];
  for (let i = 0; i < words; ++i) found.push({ word: `word ${i}`, score: i });
  return found.filter((one) => one.score % 2).length;
}

function walk(depth, id) {
  return depth === 0 ? new Cart(id) : walk(depth - 1, id);
}

function request(id) {
  const session = id % 5 ? login(id) : restore(id);
  const cart = walk(id % 12, id);
  cart.add(`article ${id}`);
  session.cart = cart;
  search(20);
}

function work(round) {
  for (let id = 1; id <= 40; ++id) request(100 * round + id);
}

if (typeof module === 'object') module.exports = { work };
