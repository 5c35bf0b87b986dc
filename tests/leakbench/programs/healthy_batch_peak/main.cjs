'use strict';

// A batch is being collected when the second snapshot is taken; it is then written and dropped.

class Row {
  constructor(number) {
    this.number = number;
    this.cells = Array.from({ length: 5 }, (_, column) => `${column}:${number}`);
  }
}

class BatchWriter {
  constructor(size) {
    this.size = size;
    this.pending = [];
    this.written = 0;
  }

  async add(row) {
    this.pending.push(row);
    if (this.pending.length >= this.size) await this.flush();
  }

  async flush() {
    const batch = this.pending;
    this.pending = [];
    await null;
    this.written += batch.length;
  }
}

const writer = new BatchWriter(150);

exports.work = (number) => writer.add(new Row(number));
