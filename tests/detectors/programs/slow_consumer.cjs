'use strict';

// A queue from which one thing is taken for every three that are put in.
const queue = [];

class Job {
  constructor(number) {
    this.name = `job ${number}`;
  }
}

exports.unit = async (number) => {
  queue.push(new Job(number));
  if (number % 3 === 0) queue.shift();
};
