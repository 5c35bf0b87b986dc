'use strict';

/** Outgoing mail; what has been handed over to the mail server is forgotten. */
class Mailbox {
  constructor() {
    this.outgoing = [];
    this.sentCount = 0;
  }

  send(recipient, text) {
    this.outgoing.push({ recipient, text, queuedAt: Date.now() });
    if (this.outgoing.length >= 10) this.flush();
  }

  flush() {
    this.sentCount += this.outgoing.length;
    this.outgoing.length = 0;
  }
}

module.exports = { Mailbox };
