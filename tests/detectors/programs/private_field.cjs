'use strict';

// Data in a private field.
class Visit {
  constructor(number) {
    this.page = `page ${number}`;
  }
}

class Tracker {
  #visits = [];

  track(visit) {
    this.#visits.push(visit);
  }
}

const tracker = new Tracker();

exports.unit = async (number) => tracker.track(new Visit(number));
