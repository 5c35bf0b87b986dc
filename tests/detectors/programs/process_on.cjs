'use strict';

// Every task registers its own clean-up with the process.
process.setMaxListeners(0);

class Task {
  constructor(number) {
    this.file = `/tmp/${number}`;
  }
}

function cleanUpAtExit(task) {
  process.on('exit', () => { task.file = ''; });
}

exports.unit = async (number) => cleanUpAtExit(new Task(number));
