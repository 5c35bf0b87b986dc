// Fails a test if a function leaks: writes three heap snapshots of this process or worker, or of a
// page, and asks the `heapnb` command for the verdict. No dependencies.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const v8 = require("node:v8");

const CALLS = 100;
// Timers of `fetch` leave their list at most so long after it has ended.
const REST_MS = 1_100;
const TIMEOUT_MS = 120_000;
const MOST_SUSPECTS = 3;
const OPTIONS = new Set([
  "calls", "page", "baseline", "sourceRoot", "allowUndecided", "keep", "history", "build", "command", "rest", "timeout",
]);
const ANSWERED = 0;

class HeapLeakError extends Error {
  constructor(message, diagnosis) {
    super(message);
    this.name = "HeapLeakError";
    this.diagnosis = diagnosis;
  }
}

async function expectNoLeak(fn, options = {}) {
  const { calls = CALLS, page, keep, rest = REST_MS, allowUndecided = true } = checked(fn, options);
  const folder = keep === undefined ? fs.mkdtempSync(path.join(os.tmpdir(), "heapnb-")) : emptyFolder(keep);
  try {
    const take = page === undefined ? takeOfThisProcess : await takerOfPage(page);
    const files = [];
    const work = [];
    let done = 0;
    for (const [number, rounds] of [calls, calls, 2 * calls].entries()) {
      for (const end = done + rounds; done < end; done++) await fn(done);
      await settled(rest);
      files.push(path.join(folder, `snapshot-${number + 1}.heapsnapshot`));
      work.push(done);
      await take(files.at(-1));
    }
    const diagnosis = await diagnose(files, work, options);
    const isNew = diagnosis.baseline === undefined || diagnosis.baseline.new.length > 0;
    const fails = diagnosis.verdict === "leak" ? isNew : diagnosis.verdict === "undecided" && !allowUndecided;
    if (fails) throw new HeapLeakError(messageOf(diagnosis, done, keep), diagnosis);
    return diagnosis;
  } finally {
    if (keep === undefined) fs.rmSync(folder, { recursive: true, force: true });
  }
}

function checked(fn, options) {
  if (typeof fn !== "function") throw new TypeError("expectNoLeak needs a function to call.");
  for (const name of Object.keys(options)) {
    if (!OPTIONS.has(name)) throw new TypeError(`expectNoLeak has no option ${name}: it has ${[...OPTIONS].join(", ")}.`);
  }
  const { calls = CALLS, rest = REST_MS, history, build } = options;
  if (!Number.isSafeInteger(calls) || calls < 1) throw new RangeError(`calls must be 1 or more (got ${calls}).`);
  if (!Number.isFinite(rest) || rest < 0) throw new RangeError(`rest must be 0 or more milliseconds (got ${rest}).`);
  if ((history === undefined) !== (build === undefined)) throw new TypeError("history and build belong together.");
  return options;
}

function emptyFolder(keep) {
  fs.mkdirSync(keep, { recursive: true });
  if (fs.readdirSync(keep).some((name) => name.includes(".heapsnapshot"))) {
    throw new Error(`${keep} already contains snapshots. Name another folder.`);
  }
  return keep;
}

// What the last call began ends, and callbacks about collected objects run.
async function settled(milliseconds) {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

// The snapshot collects garbage before it is written. It holds secrets of the process.
async function takeOfThisProcess(file) {
  const umask = process.platform === "win32" || !isMainThread() ? undefined : process.umask(0o077);
  try {
    v8.writeHeapSnapshot(file);
  } finally {
    if (umask !== undefined) process.umask(umask);
  }
}

// A worker thread cannot change the umask.
function isMainThread() {
  return require("node:worker_threads").isMainThread;
}

async function takerOfPage(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  return async (file) => {
    const handle = fs.openSync(file, "wx", 0o600);
    const write = ({ chunk }) => fs.writeSync(handle, chunk);
    session.on("HeapProfiler.addHeapSnapshotChunk", write);
    try {
      await session.send("HeapProfiler.collectGarbage");
      await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    } finally {
      session.off("HeapProfiler.addHeapSnapshotChunk", write);
      fs.closeSync(handle);
    }
  };
}

async function diagnose(files, work, options) {
  const { baseline, sourceRoot = process.cwd(), history, build } = options;
  const flags = ["--json", "--no-progress", "--no-cache", "--work", work.join(",")];
  for (const folder of [sourceRoot].flat()) flags.push("--source-root", folder);
  if (baseline !== undefined) flags.push("--baseline", baseline);
  if (history !== undefined) flags.push("--history", history, "--build", build);
  const { code, out, err } = await run(["diagnose", ...files, ...flags], options);
  if (code !== ANSWERED || !out.startsWith("{")) {
    throw new Error(`heapnb failed: ${err.trim() || `exit code ${code}`}`);
  }
  return JSON.parse(out);
}

async function run(args, { command, timeout = TIMEOUT_MS }) {
  const named = command ?? process.env.HEAPNB;
  const candidates = named === undefined ? [["heapnb"], ["python3", "-m", "heapnb"]] : [words(named)];
  for (const [program, ...first] of candidates) {
    const answer = await started(program, [...first, ...args], timeout);
    if (answer !== undefined && !/No module named heapnb/.test(answer.err)) return answer;
  }
  throw new Error(
    `heapnb was not found (tried ${candidates.map((one) => one.join(" ")).join("; ")}).`
      + " Hint: pip install heapnb, or set the variable HEAPNB to its path.",
  );
}

function words(command) {
  return Array.isArray(command) ? command : command.split(" ").filter(Boolean);
}

// Resolves to undefined if there is no such program.
function started(program, args, timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const texts = { out: "", err: "" };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`heapnb took longer than ${timeout} ms. Set the option timeout.`));
    }, timeout);
    child.stdout.setEncoding("utf8").on("data", (text) => (texts.out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (texts.err += text));
    child.on("error", (error) => {
      clearTimeout(timer);
      if (error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...texts });
    });
  });
}

function messageOf(diagnosis, calls, keep) {
  const lines = [`heapnb: ${diagnosis.verdict} after ${calls} calls. ${diagnosis.reason}`];
  const shown = diagnosis.suspects.slice(0, MOST_SUSPECTS);
  for (const suspect of shown) {
    const where = suspect.location === null ? "" : ` (${suspect.location})`;
    lines.push("", `${suspect.rank}. ${suspect.class_name}${where}: ${suspect.explanation}`);
    lines.push(`   Held by: ${suspect.chain.join(" → ")}`);
    if (suspect.fix) lines.push(`   Fix: ${suspect.fix}`);
  }
  const more = diagnosis.suspects.length - shown.length;
  if (more > 0) lines.push("", `${more} more suspect${more > 1 ? "s" : ""}.`);
  if (keep !== undefined) lines.push("", `Snapshots: ${keep}`);
  return lines.map(printable).join("\n");
}

// Names in a heap can contain what a terminal would obey.
function printable(line) {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

module.exports = { expectNoLeak, HeapLeakError };
