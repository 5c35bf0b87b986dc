"use strict";
// Whole files are kept in an array.
const uploads = [];

exports.unit = (i) => {
  uploads.push(new Uint8Array(3000).fill(i));
};
