'use strict';

// Thumbnails that are made while a page is rendered, kept for five milliseconds: rendering keeps the process busy.

const cache = require('memory-cache');

class Thumbnail {
  constructor(number) {
    this.name = `photo-${number}.jpg`;
    this.pixels = new Array(16).fill(number);
  }
}

function render(milliseconds) {
  const end = performance.now() + milliseconds;
  let sum = 0;
  while (performance.now() < end) sum += 1;
  return sum;
}

exports.work = async (number) => {
  const thumbnail = new Thumbnail(number);
  cache.put(thumbnail.name, thumbnail, 5);
  cache.get(thumbnail.name);
  render(10);
  await new Promise((resolve) => setTimeout(resolve, 5));
};
