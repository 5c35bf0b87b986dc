'use strict';

// Templates from the database, cached under a name with their time of change, which is always now.

const ejs = require('ejs');

const SOURCE = '<h1><%= title %></h1><ul><% for (const row of rows) { %><li><%= row %></li><% } %></ul>';

let clock = 0;

function render(name, values) {
  const changedAt = ++clock;
  return ejs.render(SOURCE, values, { cache: true, filename: `/templates/${name}@${changedAt}.ejs` });
}

exports.work = (number) => {
  render('receipt', { title: `Receipt ${number}`, rows: ['a', 'b'] });
};
