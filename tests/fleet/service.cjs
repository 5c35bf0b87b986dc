"use strict";
// A shop's service, as it runs in each pod of tests/fleet/pods.py. Every build keeps the audit trail of exports for
// ever; from build 1.4.2 on, each checkout also adds a listener to the long-lived price feed. The kit takes three
// snapshots of each thread, with the same work between them. Then the pod ends, or goes on until the heap is full.

const { EventEmitter } = require("events");
const fs = require("fs");
const path = require("path");
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
const { version } = require("./package.json");

const settings = isMainThread ? JSON.parse(process.env.POD_SETTINGS) : workerData;
const [major, minor, patch] = version.split(".").map(Number);
const addsListeners = major > 1 || minor > 4 || patch >= 2;

class PriceFeed extends EventEmitter {}
class Checkout {
  constructor(number) {
    this.number = number;
    this.lines = [{ sku: `sku-${number % 97}`, amount: number % 5 }, { sku: `sku-${number % 31}`, amount: 1 }];
    this.total = 0;
  }
  reprice(factor) {
    this.total = this.lines.length * factor;
  }
}
class ExportRecord {
  constructor(number) {
    this.number = number;
    this.rows = Array.from({ length: 12 }, (_, row) => ({ row, text: `${number}-${row}` }));
  }
}

const feed = new PriceFeed();
feed.setMaxListeners(0);
const auditTrail = [];
const recent = new Map();
let served = 0;

function checkOut(number) {
  const checkout = new Checkout(number);
  if (addsListeners) {
    feed.on("price", (factor) => checkout.reprice(factor));
  }
  recent.set(number % 200, checkout);
  return checkout;
}

function exportOrders(number) {
  const record = new ExportRecord(number);
  auditTrail.push(record);
  return record.rows.length;
}

function serve(count) {
  for (let i = 0; i < count; i++) {
    served++;
    checkOut(served);
    if (settings.exports) exportOrders(served);
  }
  process.emit("heapnb:work", count);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function collectGarbage() {
  for (let i = 0; i < 3; i++) {
    if (global.gc) global.gc();
    await pause(20);
  }
}

async function work(rounds) {
  if (rounds === 0) serve(200);
  serve(settings.requests * (rounds + 1));
  await collectGarbage();
}

if (!isMainThread) {
  parentPort.on("message", async (round) => {
    await work(round);
    parentPort.postMessage(round);
  });
} else {
  main();
}

const snapshots = () => fs.readdirSync(process.env.HEAPNB_KIT_DIR).filter((name) => name.endsWith(".heapsnapshot.gz"));

async function main() {
  const workers = Array.from({ length: settings.workers }, () => new Worker(__filename, { workerData: settings }));
  fs.mkdirSync(process.env.HEAPNB_KIT_DIR, { recursive: true });
  for (let round = 0; round < settings.snapshots; round++) {
    const answers = workers.map((worker) => new Promise((resolve) => worker.once("message", resolve)));
    workers.forEach((worker) => worker.postMessage(round));
    await Promise.all([work(round), ...answers]);
    const wanted = snapshots().length + workers.length + 1;
    process.kill(process.pid, "SIGUSR2");
    for (let i = 0; i < 1200 && snapshots().length < wanted; i++) await pause(100);
  }
  if (settings.untilKilled) {
    // eslint-disable-next-line no-constant-condition
    while (true) {
      serve(2000);
      await pause(1);
    }
  }
  process.exit(0);
}
