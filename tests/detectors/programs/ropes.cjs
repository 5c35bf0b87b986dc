"use strict";
// A transcript to which every message is added.
class Transcript {
  constructor() {
    this.text = "";
  }
}

const transcript = new Transcript();

exports.unit = (i) => {
  transcript.text += `message number ${i}: ${"many words, ".repeat(50)}\n`;
};
