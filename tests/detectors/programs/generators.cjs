'use strict';

// Iterators that are begun and never finished.
const cursors = new Set();

class Page {
  constructor(number) {
    this.rows = [`row ${number}`];
  }
}

function* rowsOf(page) {
  for (const row of page.rows) yield row;
}

exports.unit = async (number) => {
  const cursor = rowsOf(new Page(number));
  cursor.next();
  cursors.add(cursor);
};
