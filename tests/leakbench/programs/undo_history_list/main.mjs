// A shared document whose revisions know the one before, for an undo that nobody has limited.

class Revision {
  constructor(previous, change) {
    this.previous = previous;
    this.change = change;
    this.number = previous ? previous.number + 1 : 0;
  }
}

class SharedDocument {
  constructor() {
    this.current = new Revision(null, { at: 0, text: '' });
    this.length = 0;
  }

  edit(at, text) {
    this.current = new Revision(this.current, { at, text, author: text.slice(0, 3) });
    this.length += text.length;
  }

  undo() {
    this.current = this.current.previous ?? this.current;
  }
}

export const notes = new SharedDocument();

export function work(number) {
  notes.edit(notes.length, `paragraph ${number}`);
  notes.edit(notes.length, 'typo');
  notes.undo();
}
