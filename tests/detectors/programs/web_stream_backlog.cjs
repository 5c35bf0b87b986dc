'use strict';

// A web stream whose consumer never comes.
let controller;
const updates = new ReadableStream({ start(given) { controller = given; } });

class Update {
  constructor(number) {
    this.text = `update ${number}`;
  }
}

exports.updates = updates;
exports.unit = async (number) => { controller.enqueue(new Update(number)); };
