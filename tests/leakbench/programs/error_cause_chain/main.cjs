'use strict';

// Each failure names the one before as its cause, so that "the history can be seen".

class SyncError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'SyncError';
    this.details = { attempt: message.length, hosts: ['a', 'b'] };
  }
}

class Synchroniser {
  lastError = undefined;

  async run(number) {
    try {
      await this.connect(number);
    } catch (error) {
      this.lastError = new SyncError(`run ${number}: ${error.message}`, { cause: this.lastError });
    }
  }

  async connect(number) {
    throw new Error(`host ${number % 3} refused`);
  }
}

const synchroniser = new Synchroniser();

exports.work = (number) => synchroniser.run(number);
