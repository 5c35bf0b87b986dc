// Notes about a server in a WeakMap: the server lives for ever, and its notes only get more.

import http from 'node:http';

const notesOf = new WeakMap();

class Note {
  constructor(text, level) {
    this.text = text;
    this.level = level;
    this.at = new Date();
  }
}

function annotate(server, text) {
  if (!notesOf.has(server)) notesOf.set(server, { notes: [], revision: 0 });
  const entry = notesOf.get(server);
  entry.revision++;
  entry.notes.push(new Note(text, 'info'));
}

const server = http.createServer(() => {});

export const work = (number) => annotate(server, `handled request ${number}`);
