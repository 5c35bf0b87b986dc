"use strict";
// A transcript to which every message is added.
class Transcript {
  constructor() {
    this.text = "";
  }
}

const transcript = new Transcript();

exports.unit = (i) => {
  transcript.text += `message number ${i} of many, which is long enough to be a rope\n`;
};
