'use strict';

// Save in an hour unless something changes; the handle is remembered under a key of its own.

const { createHash } = require('node:crypto');

class Draft {
  constructor(author, text) {
    this.author = author;
    this.text = text;
    this.words = text.split(' ');
  }
}

const saveLater = (draft) => {
  setTimeout(() => draft.words.join(' '), 3600 * 1000).unref();
};

exports.work = (number) => {
  const draft = new Draft(`author-${number % 5}`, `a text that changed for the ${number}th time`);
  createHash('md5').update(draft.text).digest('hex');
  saveLater(draft);
};
