'use strict';

// Frames of measurements wait for an acknowledgement that is never sent.

const unacknowledged = new Set();

function measure(number) {
  const frame = new Float64Array(256);
  frame.fill(number);
  unacknowledged.add(frame);
  return frame.reduce((sum, value) => sum + value, 0);
}

module.exports.work = async (number) => measure(number);
