'use strict';

// A queue that is longer by day and shorter by night.

class Event {
  constructor(number) {
    this.name = `event ${number}`;
  }
}

exports.start = () => {
  const queue = [];
  let number = 0;
  return (unit) => {
    const arrivals = Math.sin(unit / 37) > 0 ? 10 : 1;
    for (let i = 0; i < arrivals; i++) queue.push(new Event(number++));
    queue.splice(0, 5);
  };
};
