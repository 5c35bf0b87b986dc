'use strict';

// A busy, healthy cache of 4000 entries, and beside it one small object that stays for each unit.

class Entry {
  constructor(key) {
    this.key = key;
    this.value = { text: `value of ${key}`, tags: [key % 7, key % 11] };
  }
}

class Ticket {
  constructor(number) {
    this.label = `ticket ${number}`;
  }
}

const cache = new Map();
const openTickets = [];
let nextKey = 0;

function visit() {
  const key = nextKey++;
  cache.set(key, new Entry(key));
  if (cache.size > 4000) cache.delete(cache.keys().next().value);
}

exports.work = async (number) => {
  for (let i = 0; i < 120; i++) visit();
  openTickets.push(new Ticket(number));
};
