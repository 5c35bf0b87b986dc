'use strict';

const { ParcelWatch } = require('./parcelWatch');

const MOST_LATE = 20;

/** Watches parcels on their way, and notes the latest of those that are late. */
class ParcelDesk {
  constructor() {
    this.watched = new Map();
    this.late = [];
  }

  watch(number) {
    const parcelWatch = new ParcelWatch(number, (hours) => this.note(number, hours));
    this.watched.set(number, parcelWatch);
  }

  delivered(number) {
    this.watched.delete(number);
  }

  note(number, hours) {
    this.late.push({ number, hours });
    if (this.late.length > MOST_LATE) this.late.shift();
  }
}

module.exports = { ParcelDesk };
