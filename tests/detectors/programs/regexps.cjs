"use strict";
// Patterns are compiled once for each text that they are made of.
const patterns = {};

exports.unit = (i) => {
  const source = `^user-${i}-[a-z]+$`;
  patterns[source] ??= new RegExp(source);
  patterns[source].test("user-1-abc");
};
