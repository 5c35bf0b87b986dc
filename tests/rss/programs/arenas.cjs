// Leaves free blocks in the arenas of worker threads, which other threads cannot use.
"use strict";

const { Worker } = require("node:worker_threads");

const code = `
  const { parentPort } = require("node:worker_threads");
  function work() {
    const some = [];
    for (let i = 0; i < 3_000; i += 1) some.push(Buffer.alloc(9_000 + (i % 50) * 100, 1));
    return some.filter((_, i) => i % 40 === 0);
  }
  globalThis.kept = work();
  setTimeout(() => { gc(); gc(); }, 100);
  setTimeout(() => parentPort.postMessage("ready"), 800);
  setInterval(() => {}, 1000);
`;
async function start(count) {
  for (let i = 0; i < count; i += 1) {
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.once("message", resolve));
  }
}
(async () => {
  moment();
  await start(3);
  moment();
  await start(3);
  moment();
  process.exit();
})();
