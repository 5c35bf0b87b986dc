'use strict';

// Texts are put together from parts and flushed; how long they are just now is chance.

const lines = [];
let text = '';
let flushed = 0;

exports.work = (number) => {
  text += `line ${number}: ${'='.repeat(number % 50)}\n`;
  if (text.length > 1500) {
    flushed += text.length;
    lines.push(text.slice(0, 20));
    if (lines.length > 10) lines.shift();
    text = '';
  }
};
