const { EventEmitter } = require('node:events');
class Query { constructor(i) { this.text = `select ${i}`; } }
const pool = new EventEmitter().setMaxListeners(0);
function retryLater(query) { pool.once('drain', () => { query.retried = true; }); }
function unit(i) { retryLater(new Query(i)); }
