'use strict';

// A lock is never released: whoever asks for it is suspended for ever.
const waiting = [];

class Transfer {
  constructor(number) {
    this.account = `account ${number}`;
  }
}

function acquire() {
  return new Promise((resolve) => { waiting.push(resolve); });
}

async function transfer(task) {
  await acquire();
  return task.account;
}

exports.unit = async (number) => { transfer(new Transfer(number)); };
