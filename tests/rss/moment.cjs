// Writes three moments of a program: snapshot, side file, and copies of smaps. Loaded by --require.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const v8 = require("node:v8");

const FOLDER = process.env.RSS_TEST_FOLDER;

function handles() {
  const counts = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function rollup() {
  const text = fs.readFileSync("/proc/self/smaps_rollup", "utf8");
  const bytes = (name) => 1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)[1]);
  return { rss: bytes("Rss"), pss: bytes("Pss"), anonymous: bytes("Anonymous"), swap: bytes("Swap") };
}

let index = 0;
globalThis.moment = () => {
  index += 1;
  // V8 frees buffers in another thread, and takes note of it at its next collection.
  for (let i = 0; i < 4; i += 1) {
    globalThis.gc();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  const stem = path.join(FOLDER, `s${index}`);
  fs.writeFileSync(`${stem}.smaps`, fs.readFileSync("/proc/self/smaps"));
  const memory = process.memoryUsage();
  const heap = v8.getHeapStatistics();
  const side = {
    format: "heapnb-side-file",
    version: 1,
    written_by: "a test",
    snapshot: `s${index}.heapsnapshot`,
    index,
    reason: "request",
    time: new Date().toISOString(),
    pid: process.pid,
    thread_id: 0,
    memory: {
      rss: memory.rss,
      heap_total: memory.heapTotal,
      heap_used: memory.heapUsed,
      external: memory.external,
      array_buffers: memory.arrayBuffers,
      malloced: heap.malloced_memory,
    },
    heap_spaces: v8.getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      size: space.space_size,
      used: space.space_used_size,
      available: space.space_available_size,
      physical: space.physical_space_size,
    })),
    smaps_rollup: rollup(),
    handles: handles(),
  };
  fs.writeFileSync(`${stem}.heapnb.json`, JSON.stringify(side));
  v8.writeHeapSnapshot(`${stem}.heapsnapshot`);
};
