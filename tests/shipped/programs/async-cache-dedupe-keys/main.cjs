'use strict';

// Articles are fetched once however many ask for them at the same time, and are not cached.

const { createCache } = require('async-cache-dedupe');

class Article {
  constructor(slug) {
    this.slug = slug;
    this.title = slug.replaceAll('-', ' ');
  }
}

const articles = createCache({ ttl: 0, storage: { type: 'memory' } });

articles.define('bySlug', async (slug) => {
  await new Promise((resolve) => setImmediate(resolve));
  return new Article(slug);
});

exports.work = async (number) => {
  const slug = `how-to-mend-bicycle-${number}`;
  const [first, second] = await Promise.all([articles.bySlug(slug), articles.bySlug(slug)]);
  if (first !== second) throw new Error('fetched twice');
};
