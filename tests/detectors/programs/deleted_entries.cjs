"use strict";
// A burst makes a table large; its entries go, the table stays. Nothing leaks.
const pending = [];

exports.unit = (i) => {
  for (let k = 0; k < 200; k++) pending[i * 200 + k] = { request: k };
  for (let k = 0; k < 200; k++) delete pending[i * 200 + k];
};
