'use strict';

class Page {
  constructor(path, html, outline) {
    this.path = path;
    this.html = html;
    this.outline = outline;
  }
}

function renderPage(path, { body }) {
  const outline = path.split('/').map((part, depth) => ({ depth, title: part || 'home' }));
  const html = `<h1>${path}</h1><p>${body}</p><nav>${outline.map(({ title }) => title).join(' / ')}</nav>`;
  return new Page(path, html, outline);
}

module.exports = { renderPage };
