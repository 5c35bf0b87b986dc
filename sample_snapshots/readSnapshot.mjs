// A small reader for the samples' checks: who is in a snapshot, and where was it written? It takes the whole file as
// JSON, which is good enough for the few megabytes of a sample.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import zlib from 'node:zlib';

/** The uncompressed bytes of a `.heapsnapshot`, `.gz` or `.zst` file. */
export function readBytes(file) {
  if (file.endsWith('.gz')) return zlib.gunzipSync(fs.readFileSync(file));
  if (file.endsWith('.zst')) return spawnSync('zstd', ['-dqc', file], { maxBuffer: 2 ** 30 }).stdout;
  return fs.readFileSync(file);
}

export class SampleSnapshot {
  constructor(bytes) {
    const { snapshot, nodes, edges, strings, locations = [] } = JSON.parse(bytes);
    const { node_fields: nodeFields, edge_fields: edgeFields, location_fields: locationFields } = snapshot.meta;
    this.nodes = nodes;
    this.edges = edges;
    this.strings = strings;
    this.stride = nodeFields.length;
    this.nodeField = Object.fromEntries(nodeFields.map((name, i) => [name, i]));
    this.edgeField = Object.fromEntries(edgeFields.map((name, i) => [name, i]));
    this.edgeStride = edgeFields.length;
    [this.nodeTypes] = snapshot.meta.node_types;
    [this.edgeTypes] = snapshot.meta.edge_types;
    this.count = nodes.length / this.stride;
    this.firstEdge = new Uint32Array(this.count + 1);
    for (let node = 0; node < this.count; node++) {
      this.firstEdge[node + 1] = this.firstEdge[node] + this.value(node, 'edge_count');
    }
    this.locations = new Map();
    const at = Object.fromEntries((locationFields ?? []).map((name, i) => [name, i]));
    for (let i = 0; i < locations.length; i += locationFields?.length ?? 1) {
      this.locations.set(locations[i + at.object_index] / this.stride, {
        scriptId: locations[i + at.script_id],
        line: locations[i + at.line] + 1,
        column: locations[i + at.column] + 1,
      });
    }
    this.scriptFiles = this.#findScriptFiles();
  }

  value(node, field) {
    return this.nodes[node * this.stride + this.nodeField[field]];
  }

  type(node) {
    return this.nodeTypes[this.value(node, 'type')];
  }

  name(node) {
    return this.strings[this.value(node, 'name')];
  }

  id(node) {
    return this.value(node, 'id');
  }

  /** The edges of a node as `{ type, name, to }`. */
  *edgesOf(node) {
    for (let edge = this.firstEdge[node]; edge < this.firstEdge[node + 1]; edge++) {
      const base = edge * this.edgeStride;
      const type = this.edgeTypes[this.edges[base + this.edgeField.type]];
      const nameOrIndex = this.edges[base + this.edgeField.name_or_index];
      const name = type === 'element' || type === 'hidden' ? nameOrIndex : this.strings[nameOrIndex];
      yield { type, name, to: this.edges[base + this.edgeField.to_node] / this.stride };
    }
  }

  follow(node, edgeName) {
    for (const { name, to } of this.edgesOf(node)) if (name === edgeName) return to;
    return undefined;
  }

  /** "lib/file.js:12:5" of a node with a location, counted from 1, below the program's folder. */
  locationOf(node, folder) {
    const location = this.locations.get(node);
    if (!location) return undefined;
    const file = this.scriptFiles.get(location.scriptId) ?? `script ${location.scriptId}`;
    return `${file.replace(folder, '')}:${location.line}:${location.column}`;
  }

  /**
   * A shortest retaining path to each node: the edge before it, as an index, by breadth-first search from node 0. Weak
   * edges retain nothing. Entries stay 0 for nodes that are not reached, and for the root.
   */
  retainingEdges() {
    const before = new Uint32Array(this.count);
    const from = new Int32Array(this.count).fill(-1);
    const queue = new Uint32Array(this.count);
    const weak = this.edgeTypes.indexOf('weak');
    from[0] = 0;
    for (let head = 0, tail = 1; head < tail; head++) {
      const node = queue[head];
      for (let edge = this.firstEdge[node]; edge < this.firstEdge[node + 1]; edge++) {
        const base = edge * this.edgeStride;
        const to = this.edges[base + this.edgeField.to_node] / this.stride;
        if (from[to] >= 0 || this.edges[base + this.edgeField.type] === weak) continue;
        from[to] = node;
        before[to] = edge;
        queue[tail++] = to;
      }
    }
    return { before, from };
  }

  /** The path to a node from the roots, as edge names and node names in turn: `['.shop', 'Shop', '.accounts', …]`. */
  pathTo(node, { before, from } = this.retainingEdges()) {
    const steps = [];
    for (let at = node; at !== 0 && from[at] >= 0; at = from[at]) {
      const base = before[at] * this.edgeStride;
      const type = this.edgeTypes[this.edges[base + this.edgeField.type]];
      const nameOrIndex = this.edges[base + this.edgeField.name_or_index];
      const name = type === 'element' || type === 'hidden' ? `[${nameOrIndex}]` : `.${this.strings[nameOrIndex]}`;
      steps.unshift(name, this.name(at));
    }
    return steps;
  }

  /** Script id → file name. Only a closure leads to its script: closure → shared → script → name. */
  #findScriptFiles() {
    const files = new Map();
    for (const [node, { scriptId }] of this.locations) {
      if (files.has(scriptId) || this.type(node) !== 'closure') continue;
      const shared = this.follow(node, 'shared');
      if (shared === undefined) continue;
      for (const { name, to } of this.edgesOf(shared)) {
        if (name !== 'script_or_debug_info' && name !== 'script') continue;
        const nameNode = this.follow(to, 'name');
        if (nameNode !== undefined) files.set(scriptId, this.name(nameNode));
      }
    }
    return files;
  }
}
