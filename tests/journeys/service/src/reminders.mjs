class Reminder {
  constructor(session) {
    this.customer = session.customer;
    this.text = `Dear ${session.customer}, your basket waits for you.`;
  }

  send() {
    this.sentAt = Date.now();
  }
}

export function remind(session, everyMs) {
  const reminder = new Reminder(session);
  setInterval(() => reminder.send(), everyMs);
}
