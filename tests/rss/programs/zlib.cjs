// Grows in native handles: zlib streams that are never closed.
"use strict";

const zlib = require("node:zlib");

const streams = [];
function work() {
  for (let i = 0; i < 100; i += 1) {
    const stream = zlib.createGzip();
    stream.write("x".repeat(50_000));
    stream.on("data", () => {});
    streams.push(stream);
  }
}
moment();
work();
setTimeout(() => {
  moment();
  work();
  setTimeout(() => {
    moment();
    process.exit();
  }, 300);
}, 300);
