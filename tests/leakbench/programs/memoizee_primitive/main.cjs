'use strict';

// Memoized by a text that contains the time of day.

const memoizee = require('memoizee');

class Schedule {
  constructor(line, at) {
    this.line = line;
    this.departures = Array.from({ length: 8 }, (_, i) => `${at}+${i * 10}`);
  }
}

const scheduleFor = memoizee((line, at) => new Schedule(line, at), { primitive: true });

exports.work = (number) => {
  scheduleFor('S1', `12:00:00.${number}`);
  scheduleFor('S2', 'noon');
};
