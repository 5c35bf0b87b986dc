// Opens a page in Chromium and takes its heap snapshots, over the DevTools protocol.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const EXECUTABLE = process.env.HEAPNB_CHROMIUM ?? 'chromium';
const ROUNDS_OF_GARBAGE_COLLECTION = 4;
const CONTENT_TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' };

/** Commands to Chromium and its answers: JSON texts, each with a NUL byte behind it, over two pipes. */
class DevToolsPipe {
  #input;
  #nextId = 1;
  #waiting = new Map();
  #listeners = new Map();

  constructor(input, output) {
    this.#input = input;
    let rest = '';
    output.setEncoding('utf8').on('data', (text) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#nextId++;
    this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  on(method, listener) {
    this.#listeners.set(method, listener);
  }

  #receive({ id, method, params, result, error }) {
    if (id === undefined) {
      this.#listeners.get(method)?.(params);
      return;
    }
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }
}

/** Serve the files of a folder at a free port. */
export async function serve(folder, onUpgrade) {
  const server = http.createServer((request, response) => {
    const file = path.join(folder, request.url === '/' ? 'index.html' : path.normalize(request.url));
    response.setHeader('content-type', CONTENT_TYPES[path.extname(file)] ?? 'application/octet-stream');
    if (fs.existsSync(file)) response.end(fs.readFileSync(file));
    else response.writeHead(404).end();
  });
  if (onUpgrade) server.on('upgrade', onUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/**
 * Open the page in a folder as if it were at an address such as "http://orders.example".
 *
 * The server passes requests for another protocol to `onUpgrade(request, socket)`. With `hasConsole`, the browser keeps
 * what the page logs, as it does while its DevTools are open. With `port`, a server that runs there has the page, instead
 * of the folder. `extension` is the folder of an unpacked extension to load.
 *
 * @returns {Promise<{evaluate: Function, writeSnapshot: Function, writeTimeLine: Function, close: Function}>}
 */
export async function openPage(folder, origin, { onUpgrade, hasConsole = false, port, extension } = {}) {
  const server = port ? null : await serve(folder, onUpgrade);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    extension ? '--enable-unsafe-extension-debugging' : '--disable-extensions',
    '--no-first-run',
    '--no-proxy-server',
    '--remote-debugging-pipe',
    `--host-resolver-rules=MAP ${new URL(origin).hostname} 127.0.0.1:${port ?? server.address().port}`,
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn(EXECUTABLE, [...flags, 'about:blank'], {
    env: { PATH: process.env.PATH, HOME: profile },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const pipe = new DevToolsPipe(browser.stdio[3], browser.stdio[4]);
  if (extension) await pipe.send('Extensions.loadUnpacked', { path: path.resolve(extension) });
  const { targetId } = await pipe.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await pipe.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method, params) => pipe.send(method, params, sessionId);

  await send('Page.enable');
  if (hasConsole) await send('Runtime.enable');
  const loaded = new Promise((resolve) => pipe.on('Page.loadEventFired', resolve));
  await send('Page.navigate', { url: `${origin}/` });
  await loaded;

  return {
    async evaluate(expression) {
      const { exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    },

    async writeSnapshot(file) {
      for (let round = 0; round < ROUNDS_OF_GARBAGE_COLLECTION; round++) await send('HeapProfiler.collectGarbage');
      const output = fs.openSync(file, 'w');
      pipe.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => fs.writeSync(output, chunk));
      await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      fs.closeSync(output);
    },

    /** Record allocations with their call stacks while some work is done, and write the time line. */
    async writeTimeLine(file, work) {
      await send('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
      await work();
      const output = fs.openSync(file, 'w');
      pipe.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => fs.writeSync(output, chunk));
      await send('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
      fs.closeSync(output);
    },

    async close() {
      server?.close();
      server?.closeAllConnections();
      browser.kill();
      await once(browser, 'exit');
      await removed(profile);
    },
  };
}

/** Remove the profile; Chromium's other processes may still be writing into it. */
async function removed(profile) {
  for (let left = 50; ; left--) {
    try {
      fs.rmSync(profile, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
