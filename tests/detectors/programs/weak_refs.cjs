"use strict";
// The targets go, the references to them stay.
const cache = new Map();

exports.unit = (i) => {
  cache.set(`key ${i}`, new WeakRef({ value: i }));
};
