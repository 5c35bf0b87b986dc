'use strict';

// More visitors come as the day goes on; sessions end after 30 turns, whatever happens.

const sessions = new Map();
let turn = 0;

class Session {
  constructor(id) {
    this.id = id;
    this.basket = [`item of ${id}`];
    this.ends = turn + 30;
  }
}

exports.work = async (number) => {
  turn++;
  for (const [id, session] of sessions) if (session.ends <= turn) sessions.delete(id);
  const visitors = 1 + (number > 100 ? 1 : 0) + (number > 250 ? 1 : 0);
  for (let i = 0; i < visitors; i++) sessions.set(`${number}-${i}`, new Session(`${number}-${i}`));
};
