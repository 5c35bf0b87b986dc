// A crawler: one queue for its life, and one signal that ends the crawl.

import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';

class Crawler {
  #queue = new PQueue({ concurrency: 4 });
  #ending = new AbortController();

  constructor() {
    setMaxListeners(0, this.#ending.signal);
  }

  visit(url) {
    const page = new Page(url);
    return this.#queue.add(() => page.fetch(), { signal: this.#ending.signal });
  }
}

class Page {
  constructor(url) {
    this.url = url;
    this.links = [];
  }

  async fetch() {
    await null;
    for (let link = 0; link < 10; link++) this.links.push(`${this.url}#${link}`);
    return this.links.length;
  }
}

const crawler = new Crawler();

export async function work(number) {
  await Promise.all([0, 1].map((page) => crawler.visit(`https://site.example/${number}/${page}`)));
}
