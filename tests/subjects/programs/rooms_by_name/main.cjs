'use strict';
// The members of three rooms are in one array for each room, by names that are data.
const { setTimeout: sleep } = require('node:timers/promises');

class Member {
  constructor(number) {
    this.nick = `member ${number}`;
    this.inbox = [`welcome, member ${number}`];
  }
}

class Hall {
  constructor() {
    this.byRoom = { 'room:a': [], 'room:b': [], 'room:c': [] };
  }

  enter(member, room) {
    this.byRoom[room].push(member);
  }
}

const hall = new Hall();

function work(number) {
  hall.enter(new Member(number), `room:${'abc'[number % 3]}`);
}

async function main() {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) await work(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
}
main();
