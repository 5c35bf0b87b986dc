// What the engine says about a snapshot, as plain data.

import { createHash } from 'node:crypto';

import { ComparatorConfig, NodeFilter } from './dist/engine.mjs';

// Text that is no valid Unicode (half of a surrogate pair) has no UTF-8 form; the half becomes U+FFFD.
const wellFormed = (text) => text.toWellFormed();

/**
 * The per-node values of a snapshot.
 *
 * @param {object} snapshot
 * @returns {{columns: Object<string, Float64Array|Int32Array|Uint32Array|Uint8Array>, classNames: string[]}}
 *   one array per column, in ordinal order; `class_index` points into `classNames`, which are distinct
 */
export function nodeColumns(snapshot) {
  const { nodeCount, nodeFieldCount } = snapshot;
  const nodeId = new Uint32Array(nodeCount);
  const classIndex = new Uint32Array(nodeCount);
  const shallowSize = new Float64Array(nodeCount);
  const detachedness = new Uint8Array(nodeCount);
  const indexOfName = new Map();
  const indexOfString = new Map(); // the engine's string index, to spare a look-up by text
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < nodeCount; ++ordinal) {
    node.nodeIndex = ordinal * nodeFieldCount;
    nodeId[ordinal] = node.id();
    shallowSize[ordinal] = node.selfSize();
    detachedness[ordinal] = node.detachedness();
    const stringIndex = node.classIndex();
    let index = indexOfString.get(stringIndex);
    if (index === undefined) {
      const name = wellFormed(node.className());
      index = indexOfName.get(name);
      if (index === undefined) {
        index = indexOfName.size;
        indexOfName.set(name, index);
      }
      indexOfString.set(stringIndex, index);
    }
    classIndex[ordinal] = index;
  }
  return {
    columns: {
      node_id: nodeId,
      class_index: classIndex,
      shallow_size: shallowSize,
      distance: snapshot.nodeDistances,
      dominator: snapshot.dominatorsTree,
      retained_size: snapshot.retainedSizes,
      detachedness,
    },
    classNames: [...indexOfName.keys()],
  };
}

/**
 * The bytes of whole numbers as little-endian 64-bit two's complement.
 *
 * @param {ArrayLike<number>} values
 * @returns {Buffer}
 */
export function int64Bytes(values) {
  const words = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    words[2 * i] = value;
    words[2 * i + 1] = Math.floor(value / 2 ** 32);
  }
  return Buffer.from(words.buffer);
}

/**
 * SHA-256 of whole numbers in the form of `int64Bytes`.
 *
 * @param {ArrayLike<number>} values
 * @returns {string} hexadecimal
 */
export function digestOfIntegers(values) {
  return createHash('sha256').update(int64Bytes(values)).digest('hex');
}

const numerically = (a, b) => a - b;

function idsOf(snapshot, nodeIndexes) {
  const node = snapshot.createNode(0);
  const ids = Array.from(nodeIndexes, (nodeIndex) => {
    node.nodeIndex = nodeIndex;
    return node.id();
  });
  return ids.sort(numerically);
}

function locationOf(classKey) {
  const match = /^(\d+),(\d+),(\d+),/.exec(classKey);
  return match && { script_id: Number(match[1]), line: Number(match[2]), column: Number(match[3]) };
}

/** @returns {object[]} the rows of the Summary view, in the engine's order; under one of its filters, by name */
export function summary(snapshot, filterName) {
  const filter = new NodeFilter();
  filter.filterName = filterName;
  const aggregates = snapshot.aggregatesWithFilter(filter);
  return Object.entries(aggregates).map(([key, aggregate]) => ({
    key: wellFormed(key),
    name: wellFormed(aggregate.name),
    location: locationOf(key),
    count: aggregate.count,
    distance: aggregate.distance,
    self: aggregate.self,
    maxRet: aggregate.maxRet,
    ids_sha256: digestOfIntegers(idsOf(snapshot, aggregate.idxs)),
  }));
}

/** @returns {object} the figures of the Statistics view */
export function statistics(snapshot) {
  return snapshot.getStatistics();
}

let nextBaseNumber = 1;

/** @returns {object[]} the rows of the Comparison view of `other` against the earlier `base` */
export function comparison(base, other) {
  const baseAggregates = base.aggregatesForDiff(other.interfaceDefinitions());
  // The engine keeps each answer under the number of the base; a new number each time keeps them apart.
  const diff = other.calculateSnapshotDiff(nextBaseNumber++, baseAggregates);
  return Object.entries(diff).map(([key, row]) => ({
    key: wellFormed(key),
    name: wellFormed(row.name),
    location: locationOf(key),
    addedCount: row.addedCount,
    removedCount: row.removedCount,
    countDelta: row.countDelta,
    addedSize: row.addedSize,
    removedSize: row.removedSize,
    sizeDelta: row.sizeDelta,
    added_ids: [...row.addedIds].sort(numerically),
    removed_ids: [...row.deletedIds].sort(numerically),
  }));
}

function retainerRows(snapshot, nodeIndex) {
  const provider = snapshot.createRetainingEdgesProvider(nodeIndex);
  if (provider.isEmpty()) return [];
  // The pane's own order when it opens: by distance, then by name.
  provider.sortAndRewind(new ComparatorConfig('!edgeDistance', true, 'name', true));
  return provider.serializeItemsRange(0, Infinity).items.map((edge) => ({
    edge_type: edge.type,
    edge_name: wellFormed(edge.name),
    node_id: edge.node.id,
    class_name: wellFormed(snapshot.createNode(edge.node.nodeIndex).className()),
    node_name: wellFormed(edge.node.name),
    distance: edge.node.distance,
    shallow_size: edge.node.selfSize,
    retained_size: edge.node.retainedSize,
  }));
}

/**
 * The rows of the Retainers pane.
 *
 * @param {object} snapshot
 * @param {number[]} nodeIds
 * @returns {object[]} one for each id, with the rows in the pane's order; `rows` is null for an unknown id
 */
export function retainers(snapshot, nodeIds) {
  const { nodeCount, nodeFieldCount } = snapshot;
  const nodeIndexes = new Map(nodeIds.map((nodeId) => [nodeId, undefined]));
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < nodeCount; ++ordinal) {
    node.nodeIndex = ordinal * nodeFieldCount;
    const nodeId = node.id();
    if (nodeIndexes.has(nodeId)) nodeIndexes.set(nodeId, nodeIndexes.get(nodeId) ?? node.nodeIndex);
  }
  return nodeIds.map((nodeId) => {
    const nodeIndex = nodeIndexes.get(nodeId);
    return { node_id: nodeId, rows: nodeIndex === undefined ? null : retainerRows(snapshot, nodeIndex) };
  });
}
