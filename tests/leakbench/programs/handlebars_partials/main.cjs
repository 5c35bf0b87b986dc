'use strict';

// Mails with a part of their own each: registered under a name that never comes back.

const Handlebars = require('handlebars');

const layout = Handlebars.compile('<html><body>{{> (lookup . "part")}}</body></html>');

function renderMail(mailId, template, values) {
  const part = `mail-${mailId}`;
  Handlebars.registerPartial(part, Handlebars.compile(template));
  return layout({ ...values, part });
}

exports.work = (number) => {
  renderMail(number, `Dear {{name}}, your order ${number} is on its way.`, { name: 'Ada' });
};
