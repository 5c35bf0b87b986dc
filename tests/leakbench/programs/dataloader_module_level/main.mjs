// A DataLoader is meant to live for one request. This one lives with the module.

import DataLoader from 'dataloader';

class Author {
  constructor(id) {
    this.id = id;
    this.name = `author ${id}`;
    this.books = [`${id}-a`, `${id}-b`];
  }
}

async function loadAuthors(ids) {
  await null;
  return ids.map((id) => new Author(id));
}

const authors = new DataLoader(loadAuthors);

export async function work(number) {
  const [first, second] = await Promise.all([authors.load(`a${number}`), authors.load(`b${number}`)]);
  return [first.name, second.name];
}
