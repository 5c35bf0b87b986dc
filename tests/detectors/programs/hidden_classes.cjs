"use strict";
// A table of objects, each with a property whose name is made up from data.
const sessions = new Map();

exports.unit = (i) => {
  const session = {};
  session[`user_${i}`] = { visits: i };
  session[`token_${i}`] = { text: "t" + i };
  sessions.set(`s${i}`, session);
};
