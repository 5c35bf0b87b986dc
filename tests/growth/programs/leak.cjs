'use strict';

// What is added is never removed; how much is added differs.

const { random } = require('./random.cjs');

class Upload {
  constructor(number) {
    this.file = `file ${number}`;
  }
}

const next = random();
const ADDED = {
  steady: () => 1,
  noisy: () => Math.floor(next() * 5),
  rising: (unit) => 1 + Math.floor(unit / 40),
  paused: (unit) => (unit >= 125 && unit < 180 ? 0 : 1),
  behindWarmUp: (unit) => (unit >= 55 && unit < 110 ? 20 : 1),
};

exports.start = ({ added }) => {
  const uploads = new Set();
  let number = 0;
  return (unit) => {
    for (let i = ADDED[added](unit); i > 0; i--) uploads.add(new Upload(number++));
  };
};
