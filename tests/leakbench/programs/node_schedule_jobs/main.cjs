'use strict';

// A reminder is scheduled for each booking, and again at each change; the old one is not cancelled.

const schedule = require('node-schedule');

class Booking {
  constructor(number) {
    this.number = number;
    this.guests = ['ada', 'grace'];
    this.notes = `table ${number} by the window`;
  }

  remind() {
    return `${this.guests.join(', ')}: ${this.notes}`;
  }
}

function planReminder(booking) {
  const when = new Date(Date.now() + 10 * 24 * 3600 * 1000);
  schedule.scheduleJob(`reminder-${booking.number}-${Math.random()}`, when, () => booking.remind());
}

exports.work = (number) => {
  const booking = new Booking(number);
  planReminder(booking);
};
