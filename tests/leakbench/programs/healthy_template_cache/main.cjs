'use strict';

// Compiled templates, by name: there are 30 of them, and some are rare.

const Handlebars = require('handlebars');

const templates = new Map();

function render(name, values) {
  let template = templates.get(name);
  if (!template) {
    template = Handlebars.compile(`<h1>${name}</h1>{{#each rows}}<p>{{this}}</p>{{/each}}`);
    templates.set(name, template);
  }
  return template(values);
}

exports.work = (number) => {
  // Every fourth mail is one of the rare ones; all names have come after 80 units.
  const name = `template-${number % 4 === 0 ? 10 + ((number / 4) % 20) : number % 10}`;
  return render(name, { rows: [number, number + 1] });
};
