"use strict";
// Small Buffers share slabs of 8 KB; one that is kept keeps the slab.
const keys = [];

exports.unit = (i) => {
  let kept;
  for (let k = 0; k < 100; k++) {
    const key = Buffer.from(`session key ${i} ${k}`.padEnd(80));
    if (k === 50) kept = key;
  }
  keys.push(kept);
};
