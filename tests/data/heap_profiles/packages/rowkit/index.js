"use strict";
class Rows {
  constructor() {
    this.list = [];
  }
  add(row) {
    this.list.push({ ...row, added: [row.i, row.term] });
  }
}
module.exports = { Rows };
