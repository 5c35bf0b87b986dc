'use strict';

const CHECK_EVERY_MS = 10 * 60 * 1000;
const LATE_AFTER_HOURS = 48;

class ParcelWatch {
  constructor(number, onLate) {
    this.number = number;
    this.startedAt = Date.now();
    this.route = Array.from({ length: 12 }, (_, hop) => ({ hop, reachedAt: null }));
    this.timer = setInterval(() => this.check(onLate), CHECK_EVERY_MS);
  }

  check(onLate) {
    const hours = (Date.now() - this.startedAt) / 3_600_000;
    if (hours > LATE_AFTER_HOURS) onLate(hours);
  }
}

module.exports = { ParcelWatch };
