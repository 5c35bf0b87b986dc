'use strict';

// Visits by URL, the query string included, in a plain object that serves as a dictionary.

const { URL } = require('node:url');

const visits = {};

function count(url) {
  const { pathname, search } = new URL(url);
  const page = (visits[pathname + search] ??= { hits: 0, first: Date.now(), agents: [] });
  page.hits++;
  page.agents.push('Mozilla/5.0');
  return page.hits;
}

module.exports = {
  work(number) {
    count('https://shop.example/');
    count(`https://shop.example/search?q=term${number}&page=1`);
  },
};
