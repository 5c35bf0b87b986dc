class Key { constructor(i) { this.id = `key ${i}`; } }
class Info { constructor(i) { this.text = `information ${i} `.repeat(30); } }
const keys = new Set();
const infoOf = new WeakMap();
const log = { pages: { recent: { infos: [] } } };
function unit(i) { const key = new Key(i % 20); keys.add(key); const info = new Info(i); infoOf.set(key, info); log.pages.recent.infos.push(info); if (keys.size > 20) keys.clear(); }
