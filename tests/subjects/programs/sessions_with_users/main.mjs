// A class of the program has an object of its own: the class is what a person looks for.
import { setTimeout as sleep } from 'node:timers/promises';

class User {
  constructor(number) {
    this.name = `user ${number}`;
  }
}

class Session {
  constructor(number) {
    this.user = new User(number);
  }
}

export class Sessions {
  static #open = new Map();
  static open(number) {
    Sessions.#open.set(number, new Session(number));
  }
}

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) Sessions.open(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
