'use strict';

// Polls that start again from their own callback and never stop.
class Job {
  constructor(number) {
    this.name = `job ${number}`;
  }
}

function poll(job) {
  const again = () => { job.polled = true; setTimeout(again, 20); };
  setTimeout(again, 20);
}

exports.unit = async (number) => poll(new Job(number));
