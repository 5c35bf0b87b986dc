class Page { constructor(i) { this.url = `/page/${i}`; } }
const cursors = [];
function* read(page) { yield page.url; yield page; }
function unit(i) { const cursor = read(new Page(i)); cursor.next(); cursors.push(cursor); }
