"use strict";
// Preloaded into every Node.js process of a recorded command (NODE_OPTIONS=--require service.cjs), so it reaches CommonJS,
// ES modules, TypeScript loaders, npm scripts and the workers of a cluster alike. Connects to heapnb over loopback and
// obeys its commands, one JSON object per line: `state`, `rehearse`, `snapshot`. If heapnb ends, it ends the process.

const { isMainThread } = require("node:worker_threads");

const VARIABLE = "HEAPNB_SERVICE";
const COLLECTIONS = 6;
const PAUSE_MS = 10;

function attend({ port, token }) {
  const channels = require("node:diagnostics_channel");
  const fs = require("node:fs");
  const net = require("node:net");
  const os = require("node:os");
  const v8 = require("node:v8");

  // Saved now: a program may replace the globals, for example with fake timers.
  const { setImmediate, setTimeout, process } = globalThis;
  const exitNow = process.kill.bind(process, process.pid, "SIGKILL");
  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const nextTick = () => new Promise((resolve) => setImmediate(resolve));

  let requests = 0;
  // The module holds the channel: old versions collect a channel that only a subscription holds.
  const started = channels.channel("http.server.request.start");
  started.subscribe(() => {
    requests += 1;
  });

  let session;
  function collectGarbage() {
    // The session stays: when one is closed, V8 gives all objects new ids.
    if (session === undefined) {
      const { Session } = require("node:inspector");
      session = new Session();
      session.connect();
    }
    session.post("HeapProfiler.collectGarbage");
  }

  function ports() {
    // Undocumented, but there since Node 0.10; nothing else lists the servers of a program.
    const handles = process._getActiveHandles?.() ?? [];
    const addresses = handles.map((handle) => (handle instanceof net.Server ? handle.address() : null));
    return addresses.flatMap((address) => (address !== null && typeof address === "object" ? [address.port] : []));
  }

  function state() {
    const name = process.env.npm_package_name;
    const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const heap = v8.getHeapStatistics();
    const usage = process.resourceUsage();
    const handles = {};
    for (const kind of process.getActiveResourcesInfo?.() ?? []) handles[kind] = (handles[kind] ?? 0) + 1;
    return {
      requests,
      ports: ports(),
      uptime_ms: Math.round(process.uptime() * 1000),
      program: process.argv[1] ?? null,
      app: name === undefined ? null : { name, version: process.env.npm_package_version ?? null },
      runtime: {
        name: "node",
        version: process.versions.node,
        v8: process.versions.v8,
        arch: process.arch,
        platform: os.platform(),
        flags: process.execArgv.filter((flag) => /^--(max|min|stack|gc|expose|trace|no|optimize|jitless)/.test(flag)),
      },
      memory: {
        rss,
        heap_total: heapTotal,
        heap_used: heapUsed,
        external,
        array_buffers: arrayBuffers ?? null,
        heap_limit: heap.heap_size_limit,
        malloced: heap.malloced_memory,
        native_contexts: heap.number_of_native_contexts ?? null,
        detached_contexts: heap.number_of_detached_contexts ?? null,
      },
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
      handles,
    };
  }

  async function snapshot({ path }) {
    for (let i = 0; i < COLLECTIONS; i++) {
      // Let the event loop run in between: closed handles, finalizers and weak callbacks need it.
      await pause();
      await nextTick();
      collectGarbage();
    }
    const before = state();
    const begin = Date.now();
    v8.writeHeapSnapshot(path);
    fs.chmodSync(path, 0o600);
    return { ...before, duration_ms: Date.now() - begin };
  }

  const commands = {
    state,
    // The first snapshot of a process creates objects of its own, which must not count as growth.
    rehearse: ({ path }) => (fs.rmSync(v8.writeHeapSnapshot(path)), {}),
    snapshot,
  };

  const socket = net.connect({ port, host: "127.0.0.1" });
  const say = (message) => socket.write(JSON.stringify(message) + "\n");
  let text = "";
  let isAttended = false;
  socket.unref();
  socket.setEncoding("utf8");
  // Nothing that heapnb started outlives it. Where it cannot be reached at all, the process runs unrecorded.
  socket.on("error", (error) => {
    isAttended ||= error.code === "ECONNREFUSED";
  });
  socket.on("close", () => isAttended && exitNow());
  socket.on("connect", () => {
    isAttended = true;
    say({ token, pid: process.pid, script: process.argv[1] ?? "", version: process.version });
  });
  socket.on("data", async (chunk) => {
    const lines = (text + chunk).split("\n");
    text = lines.pop();
    for (const line of lines) {
      const { id, command, ...options } = JSON.parse(line);
      try {
        say({ id, answer: await commands[command](options) });
      } catch (error) {
        say({ id, error: String(error?.message ?? error) });
      }
    }
  });
}

if (isMainThread && process.env[VARIABLE]) attend(JSON.parse(process.env[VARIABLE]));
