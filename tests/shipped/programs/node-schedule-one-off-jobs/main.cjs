'use strict';

// One reminder for each appointment, at a date: it runs once and is done. A clinic plans twenty at a time.

const schedule = require('node-schedule');

const AT_A_TIME = 20;

class Appointment {
  constructor(number) {
    this.number = number;
    this.patient = `patient ${number}`;
    this.isReminded = false;
  }

  remind() {
    this.isReminded = true;
  }
}

let reminders = [];

exports.work = async (number) => {
  const appointment = new Appointment(number);
  // Dates of jobs have whole seconds in some versions.
  const nextButOne = (Math.floor((Date.now() + 200) / 1000) + 1) * 1000;
  reminders.push(
    new Promise((resolve) => {
      schedule.scheduleJob(new Date(nextButOne), () => {
        appointment.remind();
        resolve();
      });
    }),
  );
  if (number % AT_A_TIME === AT_A_TIME - 1) {
    await Promise.all(reminders);
    reminders = [];
  }
};
