'use strict';

// Filters are compiled to functions, and kept by their text, which contains the value.

class FilterCompiler {
  constructor() {
    this.compiled = Object.create(null);
  }

  compile(text) {
    let filter = this.compiled[text];
    if (!filter) {
      filter = new Function('row', `return row.${text};`);
      this.compiled[text] = filter;
    }
    return filter;
  }
}

const compiler = new FilterCompiler();
const rows = Array.from({ length: 5 }, (_, id) => ({ id, price: id * 10 }));

exports.work = (number) => rows.filter(compiler.compile(`price > ${number} && row.id < ${number + 3}`));
