// A server whose handler does the work.
const http = require('node:http');
/* SITE */
const sizes = [60, 60, 180];
let done = 0;
const server_ = http.createServer(() => unit(done++));
server_.listen(0, '127.0.0.1', () => {
  setInterval(() => {
    for (let left = sizes.shift() ?? 0; left > 0; left--) server_.emit('request');
    process.emit('round');
  }, 400);
});
