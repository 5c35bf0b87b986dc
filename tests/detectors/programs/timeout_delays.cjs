'use strict';

// Time-outs that are all of another length, so that Node keeps a list for each.
class Session {
  constructor(number) {
    this.user = `user ${number}`;
  }
}

function expire(session, delay) {
  setTimeout(() => { session.user = ''; }, delay);
}

exports.unit = async (number) => expire(new Session(number), 1e6 + 10 * number);
