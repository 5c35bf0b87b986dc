"use strict";
// The same few texts, parsed anew from every request.
const rows = [];

exports.unit = (i) => {
  const country = "the United Kingdom of Great Britain and Northern Ireland".repeat(4);
  const copy = Buffer.from(country).toString("latin1");
  rows.push({ id: `row${i}`, country: copy });
};
