'use strict';

// An observable map whose keys are the open documents; a document that is closed leaves it.

const { observable, runInAction } = require('mobx');

class OpenDocument {
  constructor(number) {
    this.path = `/home/drafts/${number}.md`;
    this.lines = Array.from({ length: 12 }, (_, line) => `line ${line} of ${number}`);
  }
}

const cursors = observable.map(new Map(), { deep: false });

exports.work = (number) => {
  const document = new OpenDocument(number);
  runInAction(() => {
    cursors.set(document, { line: 0, column: 0 });
    if (!cursors.has(document)) throw new Error('not open');
    cursors.delete(document);
  });
};
