'use strict';

const LABELS_PER_SHEET = 24;
const MOST_WAITING = 480;

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

  hasRoomFor(count) {
    return this.waiting.length + count <= MOST_WAITING;
  }

  add(parcel) {
    this.waiting.push(new PrintJob(parcel));
  }

  /** What the printer is to print next: as many labels as are on a sheet. */
  next() {
    const jobs = this.waiting.splice(0, LABELS_PER_SHEET);
    this.printed += jobs.length;
    return jobs.map((job) => job.lines);
  }
}

module.exports = { PrintQueue };
