export class QueuedMail {
  constructor(message) {
    this.message = message;
    this.queuedAt = Date.now();
    this.tries = 0;
  }
}

export class Outbox {
  constructor({ flushAfter }) {
    this.flushAfter = flushAfter;
    this.unsentMails = [];
    this.since = 0;
  }

  post(message) {
    this.unsentMails.push(new QueuedMail(message));
  }

  async flushIfDue() {
    if (++this.since < this.flushAfter) return;
    this.unsentMails.length = 0;
  }
}
