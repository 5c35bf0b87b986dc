// Prints /proc/self/smaps of a process with three workers and some Buffers, and what V8 itself says, as JSON.
'use strict';

const fs = require('node:fs');
const v8 = require('node:v8');
const { Worker } = require('node:worker_threads');

const N_WORKERS = 3;
const N_BUFFERS = 20;

const code = `
  const kept = [];
  for (let i = 0; i < 3e5; i++) kept.push({ i });
  globalThis.kept = kept;
  setInterval(() => {}, 1e5);
  require('node:worker_threads').parentPort.postMessage(require('node:v8').getHeapStatistics().total_physical_size);
`;
globalThis.buffers = Array.from({ length: N_BUFFERS }, () => Buffer.alloc(1_000_000, 1));
const physical = [];
for (let i = 0; i < N_WORKERS; i += 1) {
  new Worker(code, { eval: true }).on('message', (bytes) => {
    physical.push(bytes);
    if (physical.length < N_WORKERS) return;
    const smaps = fs.readFileSync('/proc/self/smaps', 'utf8');
    const main = v8.getHeapStatistics().total_physical_size;
    const { arrayBuffers } = process.memoryUsage();
    const stated = { version: process.version, main, workers: physical, arrayBuffers };
    process.stdout.write(JSON.stringify({ smaps, stated }), () => process.exit());
  });
}
