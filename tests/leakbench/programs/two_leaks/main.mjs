// A large leak and a small one: documents that stay, and their keys in a list of what was seen.

class RenderedDocument {
  constructor(number) {
    this.number = number;
    this.pages = Array.from({ length: 12 }, (_, page) => ({ page, text: `page ${page} of ${number}` }));
  }
}

const archive = [];
const seenKeys = new Set();

export async function work(number) {
  const rendered = new RenderedDocument(number);
  archive.push(rendered);
  seenKeys.add(`key-${number}`);
}
