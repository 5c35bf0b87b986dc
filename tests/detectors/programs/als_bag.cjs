'use strict';

// A job that runs for ever has one store, and every step of it notes something there.
const { AsyncLocalStorage } = require('node:async_hooks');

const storage = new AsyncLocalStorage();

class Note {
  constructor(number) {
    this.text = `note ${number}`;
  }
}

let step = null;

function note(number) {
  storage.getStore().notes.push(new Note(number));
}

storage.run({ notes: [] }, () => {
  setInterval(() => { step?.(); }, 1);
});

exports.unit = async (number) => new Promise((resolve) => {
  step = () => {
    step = null;
    note(number);
    resolve();
  };
});
