"use strict";
// Keeps a title of every page, and with it the text of the page.
const titles = new Map();

exports.unit = (i) => {
  const page = Buffer.alloc(30_000, `page ${i} with much text; `).toString("latin1");
  titles.set(i, { title: page.slice(0, 40) });
};
