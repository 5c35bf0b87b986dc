'use strict';

// Requests under way, each for five units; ever more as the load rises.

class Request {
  constructor(number) {
    this.path = `/path/${number}`;
    this.left = 5;
  }
}

exports.start = ({ holder }) => {
  const inFlight = holder === 'array' ? [] : new Map();
  let number = 0;
  return (unit) => {
    if (holder === 'array') {
      for (let i = inFlight.length - 1; i >= 0; i--) if (--inFlight[i].left <= 0) inFlight.splice(i, 1);
    } else {
      for (const [key, request] of inFlight) if (--request.left <= 0) inFlight.delete(key);
    }
    for (let i = 0; i < 2 + Math.floor(unit / 20); i++, number++) {
      if (holder === 'array') inFlight.push(new Request(number));
      else inFlight.set(number, new Request(number));
    }
  };
};
