"use strict";
// heapnb-kit: heap snapshots of a running Node.js program, for images that have no Python. One file, no dependencies,
// Node.js 16 to 26.
//
//   node --require ./heapnb-kit.cjs app.js          or          NODE_OPTIONS=--require=/kit/heapnb-kit.cjs
//
// Beside each snapshot it writes a small JSON file (times, memory, units of work), which `heapnb diagnose` reads, and on
// Linux a copy of /proc/self/smaps, which `heapnb rss` reads. It stays one file so that it can be copied into an image.
// Environment variables, all optional. Sizes: 400MB, 1.5GB, 512MiB; times: 500ms, 30s, 10m, 2h; "off" turns one off.
//
//   HEAPNB_KIT                  on         "off": the file does nothing
//   HEAPNB_KIT_DIR              heapnb-kit the folder for all files; created with mode 0700
//   HEAPNB_KIT_SIGNAL           SIGUSR2    take a snapshot of each thread when this signal arrives
//   HEAPNB_KIT_INTERVAL         off        take one every so often
//   HEAPNB_KIT_THRESHOLDS       heap=2%,heap=3%,heap=5%,heap=8%,heap=12%,heap=20%,heap=40%,heap=60%,heap=80%,
//                               cgroup=50%,cgroup=80%
//                                          take one when a value first exceeds a threshold (again after it fell 10 %
//                                          below). heap: used after a full GC, of the heap limit or of the cgroup's
//                                          limit if that is less; rss, external: of the memory limit; cgroup: of its
//                                          limit. Sizes work too: rss=400MB
//   HEAPNB_KIT_ALARM            on         take one when five full GCs in a row left more than the one before (the rule
//                                          of memwatch); not before the first cooldown has passed
//   HEAPNB_KIT_NEAR_HEAP_LIMIT  1          let V8 write so many when the heap is about to exceed its limit, and take
//                                          one at 90 % of it
//   HEAPNB_KIT_COOLDOWN         60s        least time between automatic snapshots; those on a signal do not wait
//   HEAPNB_KIT_MOST             10         most automatic snapshots of a thread
//   HEAPNB_KIT_BUDGET           2GB        most disk space of all files of the kit in the folder. It never deletes a
//                                          snapshot: at the limit it stops and says so
//   HEAPNB_KIT_COMPRESS         gzip       "off" keeps snapshots as V8 writes them
//   HEAPNB_KIT_SAMPLING         60s        how long to sample allocations where a snapshot would exceed the memory limit
//   HEAPNB_KIT_LOG              off        write a line of memory statistics every so often, such as 30s
//   HEAPNB_KIT_WORK             units      the name of what process.emit("heapnb:work", n) counts, in the plural
//   HEAPNB_KIT_REQUESTS         on         count HTTP requests as units of work until the program counts itself
//   HEAPNB_KIT_MESSAGES         on         say on stderr what is taken and what is refused, and why
//
// Units of work make "1.2 kB per request" out of a growth: process.emit("heapnb:work", 1) after each one. Whoever emits
// it needs no import; without the kit nothing listens.
//
// A snapshot stops its thread, and needs several times the used heap as additional memory. The kit predicts both, and
// takes no snapshot that would exceed the memory limit: it samples allocations instead (.heapprofile).

const fs = require("fs");
const os = require("os");
const path = require("path");
const v8 = require("v8");
const { PerformanceObserver, monitorEventLoopDelay, performance } = require("perf_hooks");
const { getEnvironmentData, isMainThread, setEnvironmentData, threadId, threadName } = require("worker_threads");

const VERSION = "0.1.0";

// What a snapshot costs, by nodes and bytes of the heap: a copy of heapnb/capture/capture_cost.json, which heapnb's own
// plan uses; a test compares the two. Measured on Node.js 18 to 26.
const COST = {
  "bytes_per_node": {"dense": 33.0, "usual": 77.6, "loose": 183.0},
  "pause_ms": {
    "18": {"base": 0, "per_node": 0.00657, "per_byte": 1.09e-06, "worst": 2.18},
    "20": {"base": 72, "per_node": 0.00359, "per_byte": 1.05e-06, "worst": 1.61},
    "22": {"base": 42, "per_node": 0.00301, "per_byte": 1.58e-06, "worst": 1.22},
    "24": {"base": 36, "per_node": 0.0021, "per_byte": 1.11e-06, "worst": 1.3},
    "26": {"base": 16, "per_node": 0.00254, "per_byte": 8.31e-07, "worst": 1.33}
  },
  "peak_bytes": {
    "18": {"base": 4016537, "per_node": 689.0, "per_byte": 0.0, "worst": 1.24},
    "20": {"base": 4548304, "per_node": 642.0, "per_byte": 0.0, "worst": 1.33},
    "22": {"base": 6654578, "per_node": 635.0, "per_byte": 0.0, "worst": 1.29},
    "24": {"base": 13835012, "per_node": 608.0, "per_byte": 0.0, "worst": 1.32},
    "26": {"base": 16699655, "per_node": 598.0, "per_byte": 0.0, "worst": 1.34}
  },
  "file_bytes": {
    "18": {"base": 853739, "per_node": 73.2, "per_byte": 0.0, "worst": 1.07},
    "20": {"base": 991495, "per_node": 75.6, "per_byte": 0.0, "worst": 1.08},
    "22": {"base": 1262614, "per_node": 71.8, "per_byte": 0.0, "worst": 1.12},
    "24": {"base": 1224689, "per_node": 65.4, "per_byte": 0.0, "worst": 1.13},
    "26": {"base": 969090, "per_node": 69.7, "per_byte": 0.0, "worst": 1.09}
  }
};

const DEFAULT_THRESHOLDS = "heap=2%,heap=3%,heap=5%,heap=8%,heap=12%,heap=20%,heap=40%,heap=60%,heap=80%,cgroup=50%,cgroup=80%";
const TICK_MS = 1000;
const DELAY_RESOLUTION_MS = 50;
const GROWING_GCS = 5; // memwatch
const REARM_SHARE = 0.9;
const NEAR_LIMIT_SHARE = 0.9;
const SAMPLING_BYTES = 65_536;
const PIECE_BYTES = 1 << 19;
const STALE_LOCK_MS = 3_600_000;
const LONGEST_LOG = 50e6;
const TMPFS = 0x01021994;
const UNLIMITED = 2 ** 60;
const MEMORY_FLAG = /^--(max|min|initial|semi|optimize|lite|jitless|expose|gc|heapsnapshot|stack|single)[-_a-z]*(=[\w.]+)?$/;

// Saved now: a program may replace the globals, for example with fake timers.
const { setInterval, setTimeout, Date } = globalThis;

// -- settings --------------------------------------------------------------------------------------------------------

const UNITS = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3 };
const TIMES = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const isOff = (text) => /^(off|no|false|0|none)$/i.test(text);

function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?b|[kmg]ib?)?$/i.exec(text);
  if (!match) throw new Error("is not a size such as 400MB");
  return Number(match[1]) * UNITS[(match[2] || "b").toLowerCase().replace("ib", "i")];
}

function parseTime(text) {
  if (isOff(text)) return null;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/i.exec(text);
  if (!match || !(Number(match[1]) > 0)) throw new Error("is not a time such as 30s or 10m");
  return Number(match[1]) * TIMES[match[2].toLowerCase()];
}

function parseCount(text) {
  if (isOff(text)) return 0;
  if (!/^\d{1,6}$/.test(text)) throw new Error("is not a number");
  return Number(text);
}

function parseSignal(text) {
  if (isOff(text)) return null;
  if (!(text in os.constants.signals)) throw new Error("is not a signal such as SIGUSR2");
  return text;
}

function parseThresholds(text) {
  if (isOff(text)) return [];
  return text.split(",").map((part) => {
    const match = /^\s*(heap|rss|external|cgroup)\s*=\s*(\S+)\s*$/.exec(part);
    if (!match) throw new Error("is not a list such as heap=80%,rss=400MB");
    const share = /^(\d+(?:\.\d+)?)%$/.exec(match[2]);
    return { kind: match[1], share: share ? Number(share[1]) / 100 : null, bytes: share ? null : parseSize(match[2]) };
  });
}

const keep = (text) => text;
const parseSwitch = (text) => !isOff(text);

/** Read the environment variables; a wrong one is named, and its default applies. */
function readSettings(environment, say) {
  const read = (name, otherwise, parse) => {
    const text = (environment[`HEAPNB_KIT_${name}`] || "").trim();
    try {
      return parse(text || otherwise);
    } catch (error) {
      say(`HEAPNB_KIT_${name}=${text} ${error.message}; the default applies: ${otherwise}.`);
      return parse(otherwise);
    }
  };
  return {
    messages: read("MESSAGES", "on", parseSwitch),
    dir: path.resolve(read("DIR", "heapnb-kit", keep)),
    signal: read("SIGNAL", "SIGUSR2", parseSignal),
    interval: read("INTERVAL", "off", parseTime),
    thresholds: read("THRESHOLDS", DEFAULT_THRESHOLDS, parseThresholds),
    alarm: read("ALARM", "on", parseSwitch),
    nearHeapLimit: read("NEAR_HEAP_LIMIT", "1", parseCount),
    cooldown: read("COOLDOWN", "60s", parseTime) || 0,
    most: read("MOST", "10", parseCount),
    budget: read("BUDGET", "2GB", parseSize),
    sampling: read("SAMPLING", "60s", parseTime),
    compress: read("COMPRESS", "gzip", parseSwitch),
    log: read("LOG", "off", parseTime),
    work: read("WORK", "units", keep),
    requests: read("REQUESTS", "on", parseSwitch),
    // For tests of the kit only: a folder that stands for / where it reads /proc and /sys.
    root: read("SYSTEM_ROOT", "/", keep),
  };
}

// -- what the system says ----------------------------------------------------------------------------------------------

function readText(...parts) {
  try {
    return fs.readFileSync(path.join(...parts), "utf8");
  } catch {
    return "";
  }
}

const numberIn = (text) => (/^\d+\s*$/.test(text) && Number(text) < UNLIMITED ? Number(text) : null);
const fieldOf = (text, name) => {
  const match = new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(text);
  return match ? Number(match[1]) : null;
};
const kilobytesOf = (text, name) => {
  const value = fieldOf(text, name);
  return value === null ? null : value * 1024;
};

/** Memory of the control group: of the one around the process that has the least left. */
class ControlGroup {
  constructor(root) {
    const lines = readText(root, "proc/self/cgroup").split("\n").map((line) => line.split(":"));
    const first = lines.find((line) => (line[1] || "").split(",").includes("memory"));
    const second = lines.find((line) => line[1] === "");
    this.version = first ? 1 : second ? 2 : null;
    this.names = first
      ? { mount: "memory", limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file" }
      : { mount: "", limit: "memory.max", usage: "memory.current", cache: "inactive_file" };
    const mount = path.join(root, "sys/fs/cgroup", this.names.mount);
    const parts = ((first || second || [])[2] || "").split("/").filter((part) => part && part !== "..");
    this.folders = [];
    // In a container the path may be the host's, while the mount shows the group itself as its root.
    for (let n = parts.length; n >= 0 && this.version; n--) {
      const folder = path.join(mount, ...parts.slice(0, n));
      if (fs.existsSync(path.join(folder, this.names.usage))) this.folders.push(folder);
    }
  }

  /** Read limit and usage; null where the system has no control groups. */
  read() {
    const groups = this.folders.map((folder) => {
      const limit = numberIn(readText(folder, this.names.limit));
      const usage = numberIn(readText(folder, this.names.usage));
      const stat = limit === null ? "" : readText(folder, "memory.stat");
      const working = usage === null ? null : Math.max(0, usage - (fieldOf(stat, this.names.cache) || 0));
      return { folder, limit, usage, working, left: limit === null || usage === null ? Infinity : limit - working };
    });
    if (groups.length === 0) return null;
    return groups.reduce((least, group) => (group.left < least.left ? group : least));
  }

  /** How many processes of the group the kernel has killed. */
  kills() {
    const file = this.version === 1 ? "memory.oom_control" : "memory.events";
    return this.folders.length ? fieldOf(readText(this.folders[0], file), "oom_kill") : null;
  }
}

function readMemory() {
  const usage = process.memoryUsage();
  const heap = v8.getHeapStatistics();
  return {
    rss: usage.rss,
    heap_total: usage.heapTotal,
    heap_used: usage.heapUsed,
    external: usage.external,
    array_buffers: usage.arrayBuffers,
    heap_limit: heap.heap_size_limit,
    malloced: heap.malloced_memory,
    native_contexts: heap.number_of_native_contexts,
    detached_contexts: heap.number_of_detached_contexts,
  };
}

/** Predict the pause, the additional memory and the file of a snapshot; of an unknown version, the costliest counts. */
function predict(heapBytes, version, nodes = heapBytes / COST.bytes_per_node.usual) {
  const cost = (name) => {
    const known = COST[name][String(version).split(".")[0]];
    const values = (known ? [known] : Object.values(COST[name])).map((one) => one.base + one.per_node * nodes + one.per_byte * heapBytes);
    return Math.round(Math.max(...values));
  };
  return { pause_ms: cost("pause_ms"), extra_bytes: cost("peak_bytes"), file_bytes: cost("file_bytes") };
}

/** Memory of the process outside of this heap and its buffers. */
const outsideOf = (memory) => memory.rss - memory.heap_total - memory.external;

// Not toLocaleString: the tables that it loads take 8 MB.
const grouped = (number) => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
const megabytes = (bytes) => `${grouped(bytes / 1e6)} MB`;
const percent = (share) => `${Math.round(share * 100)} %`;

// -- one isolate -------------------------------------------------------------------------------------------------------

const REQUESTS = 0;
const EMITTED = 1;
const ASKED = 2; // how often the main thread asked every thread for a snapshot

class HeapnbKit {
  constructor(settings, shared, start) {
    this.settings = settings;
    this.shared = shared;
    this.start = start;
    this.group = new ControlGroup(settings.root);
    this.series = `${start}-${process.pid}-${threadId}`;
    this.index = 0;
    this.nAutomatic = 0;
    this.lastEnd = null; // of a capture or refusal, as performance.now()
    this.nextInterval = settings.interval;
    this.nextLog = 0;
    this.asked = Atomics.load(shared, ASKED);
    this.signalled = null;
    this.alarmText = null;
    this.thresholds = settings.thresholds.map((one) => ({ ...one, isDone: false }));
    this.isNearDone = false;
    this.learned = null; // from the last snapshot of this isolate
    this.gc = { minor: 0, major: 0, incremental: 0, weak_callbacks: 0, pause_ms: 0 };
    this.heapAfterGc = null;
    this.growing = { n: 0, since: null, from: null };
    this.firstLimit = v8.getHeapStatistics().heap_size_limit;
    this.written = new Set();
    this.said = new Set();
    this.isSampling = false;
    this.isCompressing = false;
    this.unfinished = null;
  }

  run() {
    const { settings } = this;
    this.delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    this.delay.enable();
    this.observer = new PerformanceObserver((list) => safely(() => this.onGc(list.getEntries())));
    this.observer.observe({ entryTypes: ["gc"] });
    if (settings.nearHeapLimit && v8.setHeapSnapshotNearHeapLimit) v8.setHeapSnapshotNearHeapLimit(settings.nearHeapLimit);
    if (settings.requests) {
      const count = () => void Atomics.add(this.shared, REQUESTS, 1n);
      safely(() => require("diagnostics_channel").channel("http.server.request.start").subscribe(count));
    }
    process.on("heapnb:work", (n = 1) => {
      if (Number.isSafeInteger(n) && n > 0) Atomics.add(this.shared, EMITTED, BigInt(n));
    });
    process.on("exit", () => safely(() => this.unfinished && fs.rmSync(this.unfinished, { recursive: true, force: true })));
    setInterval(() => safely(() => this.tick()), TICK_MS).unref();
    if (isMainThread && settings.signal) this.listen(settings.signal);
  }

  /** Handle the signal, unless Node or the program does. */
  listen(signal) {
    const flag = [...process.execArgv, ...(process.env.NODE_OPTIONS || "").split(/\s+/)].join(" ");
    if (flag.includes(`--heapsnapshot-signal=${signal}`)) {
      this.say(`--heapsnapshot-signal=${signal} writes a snapshot on this signal; the kit leaves it alone.`);
      return;
    }
    this.onSignal = () => safely(() => {
      if (this.stepBack(signal)) return;
      Atomics.add(this.shared, ASKED, 1n);
      this.tick();
    });
    process.on(signal, this.onSignal);
  }

  /** Stop handling the signal if the program has a handler of its own: it may want to end. */
  stepBack(signal) {
    if (!this.onSignal || process.listenerCount(signal) <= 1) return false;
    process.removeListener(signal, this.onSignal);
    this.onSignal = null;
    this.say(`the program handles ${signal} itself; name another one in HEAPNB_KIT_SIGNAL.`);
    return true;
  }

  onGc(entries) {
    for (const { detail, duration, startTime } of entries) {
      const type = { 1: "minor", 4: "major", 8: "incremental", 16: "weak_callbacks" }[detail.kind];
      if (!type) continue;
      this.gc[type]++;
      this.gc.pause_ms += duration;
      // A snapshot collects garbage several times; that says nothing about the program.
      if (type !== "major" || startTime < (this.lastEnd === null ? 0 : this.lastEnd)) continue;
      const used = v8.getHeapStatistics().used_heap_size;
      this.countGrowth(used);
      this.heapAfterGc = used;
      this.log({ kind: "gc", gc_type: type, pause_ms: duration, heap_used_before: null, heap_used_after: used });
    }
  }

  countGrowth(used) {
    if (this.heapAfterGc === null || used <= this.heapAfterGc) {
      this.growing = { n: 0, since: performance.now(), from: used };
      return;
    }
    if (++this.growing.n < GROWING_GCS) return;
    const seconds = (performance.now() - this.growing.since) / 1000;
    const text = `${GROWING_GCS} full GCs in a row left more: +${megabytes(used - this.growing.from)} in ${seconds.toFixed(1)} s`;
    this.growing = { n: 0, since: performance.now(), from: used };
    this.log({ kind: "alarm", alarm: "memwatch", text });
    if (this.settings.alarm && performance.now() > this.settings.cooldown) this.alarmText = text;
  }

  /** Once a second: is a snapshot due, and may it be taken? */
  tick() {
    if (isMainThread && this.settings.signal) this.stepBack(this.settings.signal);
    const memory = readMemory();
    const group = this.group.read();
    this.logMemory(memory, group);
    this.adoptFilesOfNode(memory);
    const due = this.due(memory, group);
    if (due === null || this.isSampling) return;
    const isNear = due.reason === "near-heap-limit";
    if (this.isCompressing && !isNear) return;
    if (due.reason !== "signal") {
      if (!isNear && this.lastEnd !== null && performance.now() - this.lastEnd < this.settings.cooldown) return;
      if (this.nAutomatic >= this.settings.most) {
        due.done();
        this.sayOnce("most", `${this.settings.most} automatic snapshots have been taken (HEAPNB_KIT_MOST); no more.`);
        return;
      }
    }
    try {
      makeFolder(this.settings.dir);
      this.attempt(due, memory, group);
    } catch (error) {
      this.refuse(due, error.message);
    }
  }

  refuse(due, why) {
    due.done();
    this.lastEnd = performance.now();
    this.say(`no snapshot (${due.text}): ${why}.`);
    this.log({ kind: "event", name: "refused", text: why });
  }

  /** Name the first reason to take a snapshot now; null if there is none. */
  due(memory, group) {
    const asked = Atomics.load(this.shared, ASKED);
    if (asked !== this.asked) {
      const text = isMainThread ? `signal ${this.settings.signal}` : "the main thread asked all threads";
      return { reason: "signal", text, done: () => (this.asked = asked) };
    }
    const share = memory.heap_used / memory.heap_limit;
    if (this.settings.nearHeapLimit && share >= NEAR_LIMIT_SHARE && !this.isNearDone) {
      const text = `heap ${megabytes(memory.heap_used)}, ${percent(share)} of its limit`;
      return { reason: "near-heap-limit", text, done: () => (this.isNearDone = true) };
    }
    const crossed = this.thresholds.filter((one) => this.isCrossed(one, memory, group));
    if (crossed.length) {
      const text = crossed.map((one) => one.text()).join(", ");
      return { reason: "threshold", text, done: () => crossed.forEach((one) => (one.isDone = true)) };
    }
    if (this.alarmText) return { reason: "alarm", text: this.alarmText, done: () => (this.alarmText = null) };
    const uptime = performance.now();
    if (this.nextInterval !== null && uptime >= this.nextInterval) {
      const text = `every ${this.settings.interval / 1000} s`;
      return { reason: "interval", text, done: () => (this.nextInterval = uptime + this.settings.interval) };
    }
    return null;
  }

  isCrossed(one, memory, group) {
    // What all threads share, the main thread watches.
    if (!isMainThread && (one.kind === "rss" || one.kind === "cgroup")) return false;
    const limited = group && group.limit !== null;
    const available = limited ? group.limit : os.totalmem();
    const whole = one.kind === "heap" ? Math.min(memory.heap_limit, available) : available;
    const values = { rss: memory.rss, external: memory.external, cgroup: limited ? group.working : null };
    // Used heap is a saw-tooth; what a full GC leaves is not.
    values.heap = this.heapAfterGc === null ? memory.heap_used : Math.min(this.heapAfterGc, memory.heap_used);
    const value = values[one.kind];
    const least = one.share === null ? one.bytes : one.share * whole;
    if (value === null) return false;
    if (value < least * REARM_SHARE) one.isDone = false;
    const of = one.share === null ? megabytes(least) : `${percent(one.share)} of ${megabytes(whole)}`;
    one.text = () => `${one.kind} ${megabytes(value)} above ${of}`;
    return value >= least && !one.isDone;
  }

  attempt(due, memory, group) {
    const { dir } = this.settings;
    const disk = fs.statfsSync ? fs.statfsSync(dir) : null;
    const isInMemory = disk !== null && disk.type === TMPFS;
    const plan = this.plan(memory, group, isInMemory);
    const refuse = (why) => this.refuse(due, why);
    if (plan.refusal) {
      const { sampling } = this.settings;
      refuse(plan.refusal + (sampling === null ? "" : `; sampling allocations for ${sampling / 1000} s instead`));
      if (sampling !== null) this.sample(due, sampling);
      return;
    }
    const used = this.diskUsed();
    if (used + plan.file_bytes > this.settings.budget) {
      refuse(`it needs about ${megabytes(plan.file_bytes)}, and the files in ${dir} fill ${megabytes(used)} of ${megabytes(this.settings.budget)} (HEAPNB_KIT_BUDGET)`);
      return;
    }
    if (disk !== null && disk.bavail * disk.bsize < plan.file_bytes) {
      refuse(`it needs about ${megabytes(plan.file_bytes)}, and ${megabytes(disk.bavail * disk.bsize)} are free on the disk of ${dir}`);
      return;
    }
    const unlock = this.lock();
    if (unlock === null) return; // another thread or process takes one; the next tick tries again
    try {
      due.done();
      if (due.reason !== "signal") this.nAutomatic++;
      this.take(due, memory);
    } finally {
      this.lastEnd = performance.now();
      unlock();
    }
  }

  /** Predict the cost of a snapshot now; `refusal` says why it would kill the process. */
  plan(memory, group, isInMemory) {
    // Nobody watches, so what is not known counts as small objects, which cost most. The last snapshot of this isolate
    // says how many nodes its heap had, and what they needed; two say how dense the growth is.
    const { learned } = this;
    const unknown = learned ? Math.max(0, memory.heap_used - learned.heap) : memory.heap_used;
    const nodes = learned ? learned.nodes + unknown * learned.nodesPerByte : unknown / COST.bytes_per_node.dense;
    const plan = predict(memory.heap_used, process.versions.node, nodes);
    if (learned) plan.extra_bytes = Math.max(plan.extra_bytes, (learned.extra * nodes) / learned.nodes);
    if (isInMemory) plan.extra_bytes += plan.file_bytes;
    const reused = this.reusable(memory);
    const limits = [{ name: "memory", left: kilobytesOf(readText(this.settings.root, "proc/meminfo"), "MemAvailable") }];
    if (group && group.limit !== null) limits.unshift({ name: "the cgroup's limit", left: group.limit - group.working });
    for (const { name, left } of limits) {
      if (left === null || plan.extra_bytes - reused <= left) continue;
      plan.refusal = `it needs about ${megabytes(plan.extra_bytes - reused)} more, and ${megabytes(left)} of ${name} are left`;
      break;
    }
    return plan;
  }

  /** What earlier snapshots freed stays with the allocator, which gives it to the next one. */
  reusable(memory) {
    return this.learned ? 0.9 * Math.max(0, outsideOf(memory) - this.learned.outside) : 0;
  }

  /** Bytes of all files that kits wrote to the folder. */
  diskUsed() {
    let sum = 0;
    for (const name of fs.readdirSync(this.settings.dir)) {
      if (!/^\.?heapnb-/.test(name)) continue;
      safely(() => (sum += fs.statSync(path.join(this.settings.dir, name)).size));
    }
    return sum;
  }

  /** One at a time among threads and processes: returns what ends the turn, or null. */
  lock() {
    const file = path.join(this.settings.dir, ".heapnb-kit.lock");
    const mine = JSON.stringify({ host: os.hostname(), pid: process.pid, series: this.series });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        fs.writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
        return () => safely(() => fs.rmSync(file, { force: true }));
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        if (!isStale(file, this.start)) return null;
        fs.rmSync(file, { force: true });
      }
    }
    return null;
  }

  take(due, memory) {
    const { dir } = this.settings;
    const base = `heapnb-${this.series}-${String(++this.index).padStart(3, "0")}`;
    const target = path.join(dir, `${base}.heapsnapshot`);
    // V8 creates the file with the mode of the umask; nobody else can enter this folder.
    const folder = path.join(dir, `.${base}`);
    this.unfinished = folder;
    fs.mkdirSync(folder, { mode: 0o700 });
    try {
      const temporary = path.join(folder, `${base}.heapsnapshot`);
      const side = this.side(due, memory, path.basename(target));
      // Before the snapshot, which leaves memory behind in the allocator. Workers share the map of their process.
      const memoryMap = isMainThread && copyMemoryMap(this.settings.root, folder);
      const start = performance.now();
      v8.writeHeapSnapshot(temporary);
      side.duration_ms = Math.round(performance.now() - start);
      checkComplete(temporary);
      fs.chmodSync(temporary, 0o600);
      this.learn(memory, temporary);
      if (memoryMap) fs.renameSync(memoryMap, path.join(dir, `${base}.smaps`));
      this.writeSide(dir, base, side);
      fs.renameSync(temporary, target);
      this.log({ kind: "snapshot", path: path.basename(target), reason: due.reason, duration_ms: side.duration_ms });
      this.say(`${target} (${due.text}; ${grouped(side.duration_ms)} ms, ${megabytes(fs.statSync(target).size)})`);
      if (this.settings.compress) this.compress(dir, base, side);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
      this.unfinished = null;
    }
  }

  /** Remember what this snapshot needed, for the plan of the next one. */
  learn(memory, file) {
    const head = Buffer.alloc(65_536);
    const descriptor = fs.openSync(file, "r");
    const length = fs.readSync(descriptor, head, 0, head.length, 0);
    fs.closeSync(descriptor);
    const count = /"node_count":(\d+)/.exec(head.toString("latin1", 0, length));
    if (!count) return;
    const nodes = Number(count[1]);
    const peak = kilobytesOf(readText(this.settings.root, "proc/self/status"), "VmHWM");
    const extra = peak === null ? 0 : Math.max(0, peak - memory.rss) + this.reusable(memory);
    const { learned: last } = this;
    const hasGrown = last && memory.heap_used > 1.1 * last.heap && nodes > last.nodes;
    const margin = 1.2;
    this.learned = {
      heap: memory.heap_used,
      nodes,
      extra,
      outside: Math.min(outsideOf(memory), last ? last.outside : Infinity),
      nodesPerByte: hasGrown ? (margin * (nodes - last.nodes)) / (memory.heap_used - last.heap) : 1 / COST.bytes_per_node.dense,
    };
  }

  /** Compress in the background; at each moment there is a whole file under a final name. */
  compress(dir, base, side) {
    const { pipeline } = require("stream");
    const zlib = require("zlib");
    const source = path.join(dir, `${base}.heapsnapshot`);
    const temporary = path.join(dir, `.${base}.heapsnapshot.gz.part`);
    this.unfinished = temporary;
    this.isCompressing = true;
    // Large pieces: each takes a few turns of a loop that may be busy.
    const input = fs.createReadStream(source, { highWaterMark: PIECE_BYTES });
    const gzip = zlib.createGzip({ level: 1, chunkSize: PIECE_BYTES });
    const output = fs.createWriteStream(temporary, { mode: 0o600, highWaterMark: PIECE_BYTES });
    pipeline(input, gzip, output, (error) => safely(() => {
      this.unfinished = null;
      this.isCompressing = false;
      if (error) {
        fs.rmSync(temporary, { force: true });
        this.say(`${source} stays uncompressed: ${error.message}.`);
        return;
      }
      this.writeSide(dir, base, { ...side, snapshot: `${base}.heapsnapshot.gz` });
      fs.renameSync(temporary, `${source}.gz`);
      fs.rmSync(source, { force: true });
    }));
  }

  /** Where a snapshot would kill: where does the program allocate, at a cost of a few MB? */
  sample(due, time) {
    const memory = readMemory();
    const { Session } = require("inspector");
    const session = new Session();
    session.connect();
    this.isSampling = true;
    session.post("HeapProfiler.startSampling", { samplingInterval: SAMPLING_BYTES });
    setTimeout(() => safely(() => {
      this.isSampling = false;
      session.post("HeapProfiler.stopSampling", (error, answer) => safely(() => {
        session.disconnect();
        if (error) return this.say(`no allocation profile: ${error.message}.`);
        const base = `heapnb-${this.series}-${String(++this.index).padStart(3, "0")}`;
        const side = this.side(due, memory, `${base}.heapprofile`);
        side.duration_ms = time;
        this.writeSide(this.settings.dir, base, side);
        writeWhole(path.join(this.settings.dir, `${base}.heapprofile`), JSON.stringify(answer.profile));
        this.say(`${path.join(this.settings.dir, `${base}.heapprofile`)} (allocations of ${time / 1000} s)`);
      }));
    }), time).unref();
  }

  /** Write the side files of snapshots that V8 wrote near the heap limit, for which it raises the limit. */
  adoptFilesOfNode(memory) {
    if (!this.settings.nearHeapLimit || memory.heap_limit <= this.firstLimit) return;
    this.firstLimit = memory.heap_limit;
    const option = process.execArgv.find((word) => word.startsWith("--diagnostic-dir="));
    const dir = option ? option.slice("--diagnostic-dir=".length) : process.cwd();
    const own = new RegExp(`^(Heap\\.\\d+\\.\\d+\\.${process.pid}\\.${threadId}\\.\\d+)\\.heapsnapshot$`);
    for (const name of fs.readdirSync(dir)) {
      const match = own.exec(name);
      if (!match || this.written.has(name)) continue;
      this.written.add(name);
      const due = { reason: "near-heap-limit", text: "V8 wrote it before the heap reached its limit" };
      const side = this.side(due, memory, name);
      side.time = fs.statSync(path.join(dir, name)).mtime.toISOString();
      this.writeSide(dir, match[1], side);
    }
  }

  /** What the side file says; docs/kit.md of heapnb describes it. No arguments or environment: they hold secrets. */
  side(due, memory, snapshot) {
    const usage = process.resourceUsage();
    const group = this.group.read();
    const rollup = readText(this.settings.root, "proc/self/smaps_rollup");
    const parts = ["rss", "pss", "private_clean", "private_dirty", "anonymous", "swap"];
    const main = process.argv[1] || null;
    const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS);
    const { delay } = this;
    const side = {
      format: "heapnb-side-file",
      version: 1,
      written_by: `heapnb-kit ${VERSION}`,
      snapshot,
      series: this.series,
      index: this.index,
      reason: due.reason,
      reason_text: due.text,
      time: new Date().toISOString(),
      duration_ms: null,
      uptime_ms: Math.round(performance.now()),
      pid: process.pid,
      thread_id: threadId,
      thread_name: threadName || null,
      target: { type: isMainThread ? "node" : "worker", title: null, url: null },
      program: main && path.basename(main),
      app: appOf(main),
      runtime: {
        name: "node",
        version: process.versions.node,
        v8: process.versions.v8,
        arch: process.arch,
        platform: process.platform,
        flags: [...process.execArgv, ...(process.env.NODE_OPTIONS || "").split(/\s+/)].filter((word) => MEMORY_FLAG.test(word)),
      },
      memory,
      heap_spaces: v8.getHeapSpaceStatistics().map((space) => ({
        name: space.space_name,
        size: space.space_size,
        used: space.space_used_size,
        available: space.space_available_size,
        physical: space.physical_space_size,
      })),
      resource_usage: {
        user_cpu_ms: usage.userCPUTime / 1000,
        system_cpu_ms: usage.systemCPUTime / 1000,
        max_rss: usage.maxRSS * 1024,
        minor_faults: usage.minorPageFault,
        major_faults: usage.majorPageFault,
      },
      smaps_rollup: rollup ? Object.fromEntries(parts.map((name) => [name, kilobytesOf(rollup.toLowerCase(), name)])) : null,
      cgroup: group && { version: this.group.version, limit: group.limit, usage: group.usage, oom_kills: this.group.kills() },
      work: this.work(),
      event_loop_delay: {
        mean_ms: delay.count === 0 ? null : milliseconds(delay.mean || 0),
        p50_ms: milliseconds(delay.percentile(50)),
        p99_ms: milliseconds(delay.percentile(99)),
        max_ms: milliseconds(delay.max),
      },
      gc: { ...this.gc },
      handles: process.getActiveResourcesInfo ? countsOf(process.getActiveResourcesInfo()) : null,
      allocator: null,
    };
    delay.reset();
    return side;
  }

  work() {
    const emitted = Number(Atomics.load(this.shared, EMITTED));
    if (emitted > 0) return { name: this.settings.work, units: emitted };
    return this.settings.requests ? { name: "requests", units: Number(Atomics.load(this.shared, REQUESTS)) } : null;
  }

  writeSide(dir, base, side) {
    writeWhole(path.join(dir, `${base}.heapnb.json`), `${JSON.stringify(side, null, 1)}\n`);
  }

  logMemory(memory, group) {
    if (this.settings.log === null || performance.now() < this.nextLog) return;
    this.nextLog = performance.now() + this.settings.log;
    const { rss, heap_total, heap_used, external, array_buffers, heap_limit } = memory;
    const work = this.work();
    const delay = this.delay.mean > 0 ? Math.max(0, this.delay.mean / 1e6 - DELAY_RESOLUTION_MS) : null;
    this.log({
      ...{ kind: "memory", rss, heap_total, heap_used, external, array_buffers, heap_limit },
      work: work && work.units,
      event_loop_delay_ms: delay,
      cgroup_limit: group && group.limit,
      cgroup_usage: group && group.usage,
    });
  }

  /** Append a line to the memory log, if there is one. */
  log(content) {
    if (this.settings.log === null) return;
    const file = path.join(this.settings.dir, `heapnb-${this.series}.memory.jsonl`);
    const line = { time: new Date().toISOString(), ...content, pid: process.pid, thread_id: threadId };
    try {
      makeFolder(this.settings.dir);
      if (fs.existsSync(file) && fs.statSync(file).size > LONGEST_LOG) return;
      fs.appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (error) {
      this.sayOnce("log", `no memory log: ${error.message}.`);
    }
  }

  say(text) {
    if (this.settings.messages) say(text);
  }

  sayOnce(key, text) {
    if (!this.said.has(key)) this.say(text);
    this.said.add(key);
  }
}

// -- files -------------------------------------------------------------------------------------------------------------

/** Create a folder. Not by `recursive`: below /proc that never returns. */
function makeFolder(folder) {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code === "EEXIST") return;
    if (error.code !== "ENOENT") throw error;
    makeFolder(path.dirname(folder));
    fs.mkdirSync(folder, { mode: 0o700 });
  }
}

/** Write a file under another name first, so that a half one is never under the final name. */
function writeWhole(target, text) {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.part`);
  fs.writeFileSync(temporary, text, { mode: 0o600 });
  fs.renameSync(temporary, target);
}

/** Copy the memory map as bytes of its own scope: a text of 100 kB would be in the snapshot. */
function copyMemoryMap(root, folder) {
  const target = path.join(folder, "smaps");
  try {
    fs.writeFileSync(target, fs.readFileSync(path.join(root, "proc/self/smaps")), { mode: 0o600 });
    return target;
  } catch {
    return null;
  }
}

/** A full disk cuts a snapshot off, without an error from V8. */
function checkComplete(file) {
  const descriptor = fs.openSync(file, "r");
  try {
    const { size } = fs.fstatSync(descriptor);
    const end = Buffer.alloc(16);
    const length = fs.readSync(descriptor, end, 0, end.length, Math.max(0, size - end.length));
    if (!end.toString("latin1", 0, length).trimEnd().endsWith("}")) throw new Error("the file was cut off; is the disk full?");
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether the process that made a lock has ended. */
function isStale(file, start) {
  try {
    if (Date.now() - fs.statSync(file).mtimeMs > STALE_LOCK_MS) return true;
    const { host, pid, series } = JSON.parse(fs.readFileSync(file, "utf8"));
    if (host !== os.hostname()) return false;
    // A restarted container has the same host name and pid, but another start.
    if (pid === process.pid) return !series.startsWith(start);
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Name and version in the package.json nearest to a script. */
function appOf(main) {
  for (let folder = main && path.dirname(main); folder; folder = path.dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readText(folder, "package.json"));
      return { name: typeof name === "string" ? name : null, version: typeof version === "string" ? version : null };
    } catch {
      if (folder === path.dirname(folder)) break;
    }
  }
  return null;
}

function countsOf(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] || 0) + 1;
  return counts;
}

function say(text) {
  try {
    fs.writeSync(2, `heapnb-kit: ${text}\n`);
  } catch {
    // Nobody reads stderr.
  }
}

/** Nothing that goes wrong here may reach the program. */
function safely(work) {
  try {
    return work();
  } catch (error) {
    say(`${error && error.message}`);
    return undefined;
  }
}

// For tests, as nothing else is.
module.exports = { predict };
if (!isOff(process.env.HEAPNB_KIT || "on")) {
  safely(() => {
    // Worker threads share the counters, and the settings even if they have another environment.
    const KEY = "heapnb-kit";
    let data = isMainThread ? null : getEnvironmentData(KEY);
    if (!data) {
      const start = new Date(Date.now() - process.uptime() * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "");
      data = { settings: readSettings(process.env, say), shared: new BigInt64Array(new SharedArrayBuffer(24)), start };
      setEnvironmentData(KEY, data);
    }
    new HeapnbKit(data.settings, data.shared, data.start).run();
  });
}
