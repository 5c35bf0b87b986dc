'use strict';

// `[...items, item]`: the list is another one each time, and each is longer.

class Breadcrumb {
  constructor(page) {
    this.page = page;
    this.title = `Page ${page}`;
  }
}

class Trail {
  #crumbs = [];

  visit(page) {
    this.#crumbs = [...this.#crumbs, new Breadcrumb(page)];
    return this.#crumbs.at(-1).title;
  }
}

const trail = new Trail();

exports.work = async (number) => trail.visit(number);
