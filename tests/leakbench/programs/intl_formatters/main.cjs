'use strict';

// Formatters are dear to make, and so are kept; but their key has the user in it.

const formatters = new Map();

function formatterFor(user, locale) {
  const key = `${user}/${locale}`;
  if (!formatters.has(key)) {
    formatters.set(key, new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }));
  }
  return formatters.get(key);
}

exports.work = (number) => formatterFor(`user-${number}`, number % 2 ? 'en' : 'de').format(number);
