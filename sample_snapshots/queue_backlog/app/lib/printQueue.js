'use strict';

class PrintJob {
  constructor(parcel) {
    this.parcel = parcel;
    this.lines = [`parcel ${parcel.code}`, parcel.address, `${parcel.weight} kg`];
    this.attempts = [];
  }
}

/** Labels that wait for the printer, the oldest first. */
class PrintQueue {
  constructor() {
    this.waiting = [];
    this.printed = 0;
  }

  add(parcel) {
    this.waiting.push(new PrintJob(parcel));
  }

  /** What the printer is to print next: one label. */
  next() {
    const job = this.waiting.shift();
    if (!job) return [];
    this.printed += 1;
    return [job.lines];
  }
}

module.exports = { PrintQueue };
