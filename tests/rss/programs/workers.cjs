// Grows by worker threads that never end.
"use strict";

const { Worker } = require("node:worker_threads");

const code = `
  const kept = [];
  for (let i = 0; i < 100_000; i += 1) kept.push({ i });
  globalThis.kept = kept;
  setInterval(() => {}, 1000);
  require("node:worker_threads").parentPort.postMessage("ready");
`;
async function work() {
  for (let i = 0; i < 2; i += 1) {
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.once("message", resolve));
  }
}
(async () => {
  moment();
  await work();
  moment();
  await work();
  moment();
  process.exit();
})();
