'use strict';

// node starter.cjs PROGRAM PAUSE BATCH…      runs a program as a worker thread and sends it batches of jobs

const { Worker } = require('node:worker_threads');

const [program, ...numbers] = process.argv.slice(2);
const [pause, ...batches] = numbers.map(Number);
const worker = new Worker(program);
const sendBatch = () => worker.postMessage({ size: batches.shift() ?? 0 });
worker.on('message', () => setTimeout(sendBatch, pause));
worker.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
worker.on('exit', (code) => process.exit(code));
sendBatch();
