"use strict";
// The held value refers to the target, which therefore never goes.
class FileHandle {
  constructor(i) {
    this.path = `/tmp/${i}`;
  }
}

const registry = new FinalizationRegistry((held) => held.close());

exports.unit = (i) => {
  const handle = new FileHandle(i);
  registry.register(handle, { handle, close() {} });
};
