"use strict";
// Preloaded into a program (node --expose-gc --require agent.cjs PROGRAM). Writes snapshot-1.heapsnapshot, … wherever
// the program calls `await heapSnapshot()`. Otherwise, if it exports `load(round)`, it writes three around rounds of
// calls; otherwise one at the start and one at the end.

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const util = require("node:util");
const v8 = require("node:v8");
const { isMainThread } = require("node:worker_threads");

const VARIABLE = "HEAPNB_RECORDING";
const COLLECTIONS = 6;
const PAUSE_MS = 10;

// Saved now: a program may replace the globals, for example with fake timers.
const { gc, setImmediate, setTimeout } = globalThis;

const nextTick = () => new Promise((resolve) => setImmediate(resolve));
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

function record(folder, rounds) {
  const file = (name) => path.join(folder, `${name}.heapsnapshot`);
  let nWritten = 0;
  let isCapturing = false;
  let isPlaced = false;
  let isLoaded = false;
  let isDone = false;
  let round = 0;

  const write = () => v8.writeHeapSnapshot(file(`snapshot-${++nWritten}`));

  async function capture() {
    for (let i = 0; i < COLLECTIONS; i++) {
      // Let the event loop run in between: closed handles, finalizers and weak callbacks need it.
      await pause();
      await nextTick();
      gc();
    }
    write();
  }

  function captureNow() {
    for (let i = 0; i < COLLECTIONS; i++) gc();
    write();
  }

  function rehearse() {
    // The first snapshot of a process creates objects of its own, which must not count as growth.
    fs.rmSync(v8.writeHeapSnapshot(file("rehearsal")));
  }

  globalThis.heapSnapshot = async function heapSnapshot() {
    if (isCapturing) throw new Error("heapSnapshot() is still running: await it");
    if (!isPlaced) {
      isPlaced = true;
      fs.rmSync(file("snapshot-1"));
      nWritten = 0;
    }
    isCapturing = true;
    try {
      await capture();
    } finally {
      isCapturing = false;
    }
  };

  // `exportsOf` is called each time: a suspended frame that held the module would show up as its retainer.
  async function drive(exportsOf) {
    const loadOf = (program) => program.load ?? program.default?.load;
    if (isPlaced || typeof loadOf(await exportsOf()) !== "function") return;
    isLoaded = true;
    fs.rmSync(file("snapshot-1"));
    nWritten = 0;

    async function call(times) {
      for (let i = 0; i < times; i++) {
        await loadOf(await exportsOf())(round++);
        await nextTick();
      }
    }

    await call(Math.ceil(rounds / 2));
    rehearse();
    for (const times of [Math.floor(rounds / 2), rounds, 2 * rounds]) {
      await call(times);
      await capture();
    }
    process.exit();
  }

  process.on("uncaughtExceptionMonitor", (error) => {
    const isError = error instanceof Error;
    const failure = {
      message: isError ? `${error.name}: ${error.message}` : util.inspect(error),
      stack: isError ? String(error.stack) : "",
      round: isLoaded ? round - 1 : null,
    };
    fs.writeFileSync(path.join(folder, "failure.json"), JSON.stringify(failure));
  });

  process.on("beforeExit", async () => {
    if (isDone || isPlaced || isLoaded) return;
    isDone = true;
    await capture();
  });

  process.on("exit", (code) => {
    // A program that calls process.exit() gets no `beforeExit`.
    if (!isDone && !isPlaced && !isLoaded && code === 0) captureNow();
  });

  rehearse();
  captureNow();

  return drive;
}

if (isMainThread && process.env[VARIABLE]) {
  const { folder, rounds, isText } = JSON.parse(process.env[VARIABLE]);
  // Child processes inherit the options of Node, but must not be recorded.
  delete process.env[VARIABLE];
  const drive = record(folder, rounds);
  if (isText) {
    exports.drive = drive;
  } else {
    // After the main program; an ES module comes as the same instance each time.
    setImmediate(() => drive(() => process.mainModule?.exports ?? import(pathToFileURL(process.argv[1]))));
  }
}
