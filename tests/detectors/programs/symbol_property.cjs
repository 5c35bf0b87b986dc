'use strict';

// Data in a property that only a symbol names.
const kSessions = Symbol('sessions');

class Session {
  constructor(number) {
    this.user = `user ${number}`;
  }
}

class Gateway {
  [kSessions] = new Map();
}

const gateway = new Gateway();

exports.unit = async (number) => { gateway[kSessions].set(`key ${number}`, new Session(number)); };
