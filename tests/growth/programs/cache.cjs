'use strict';

// A cache without a bound over a catalogue that has one: it fills up, fast if a few products are asked for most
// (Zipf's law with a large exponent), slowly if all are alike (exponent 0).

const { random } = require('./random.cjs');

class Product {
  constructor(number) {
    this.key = `product ${number}`;
    this.text = `description of ${number} `.repeat(3);
  }
}

exports.start = ({ products, exponent, lookups, notes = false }) => {
  const next = random();
  const sums = [];
  let total = 0;
  for (let rank = 1; rank <= products; rank++) sums.push((total += 1 / rank ** exponent));
  const cache = new Map();
  const noteList = [];
  const lookUp = () => {
    const drawn = next() * total;
    const number = sums.findIndex((sum) => sum >= drawn);
    if (!cache.has(number)) cache.set(number, new Product(number));
    return cache.get(number);
  };
  return (unit) => {
    for (let i = 0; i < lookups; i++) lookUp();
    // A slow leak beside it.
    if (notes) noteList.push({ text: `note ${unit}`, at: `unit ${unit}` });
  };
};
