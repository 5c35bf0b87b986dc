'use strict';
// Driven by timers. A list of a package has a node for each value.
const { LinkedQueue } = require('linked-queue');

class Thumbnail {
  constructor(number) {
    this.path = `/thumbs/${number}.png`;
    this.width = { pixels: `${number}` };
  }
}

class Gallery {
  #rendered = new LinkedQueue();
  #number = 0;

  render(count) {
    for (let left = count; left > 0; left--) this.#rendered.add(new Thumbnail(this.#number++));
    process.emit('round');
  }
}

const gallery = new Gallery();
const sizes = [60, 60, 180];
const timer = setInterval(() => {
  if (sizes.length > 0) gallery.render(sizes.shift());
  else clearInterval(timer);
}, 400);
setTimeout(() => {}, 60_000);
