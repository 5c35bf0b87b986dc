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

const frameOf = ({ functionName, scriptName, scriptId, line, column }) => ({
  function: wellFormed(functionName),
  script: wellFormed(scriptName),
  script_id: scriptId,
  line,
  column,
});

function allocationRow(snapshot, row) {
  const { count, size, liveCount, liveSize, hasChildren } = row;
  const callers = hasChildren ? snapshot.allocationNodeCallers(row.id) : { nodesWithSingleCaller: [], branchingCallers: [] };
  return {
    ...frameOf({ ...row, functionName: row.name }),
    count,
    size,
    live_count: liveCount,
    live_size: liveSize,
    // The only caller of the one before, from the nearest on; then the callers of the last of these.
    single_callers: callers.nodesWithSingleCaller.map((one) => ({
      ...frameOf({ ...one, functionName: one.name }),
      live_size: one.liveSize,
    })),
    branching_callers: callers.branchingCallers.map((one) => allocationRow(snapshot, one)),
  };
}

/**
 * The Allocation view: functions with their callers, the call stack of one node for each stack, and the time line.
 *
 * @param {object} snapshot
 * @returns {{functions: ?object[], stacks: object[], samples: ?object}} `functions` is null without call stacks
 */
export function allocations(snapshot) {
  const { nodeCount, nodeFieldCount } = snapshot;
  const hasTraces = Boolean(snapshot.profile.snapshot.trace_function_count);
  const stacks = new Map();
  const node = snapshot.createNode(0);
  for (let ordinal = 0; hasTraces && ordinal < nodeCount; ++ordinal) {
    node.nodeIndex = ordinal * nodeFieldCount;
    const trace = node.traceNodeId();
    if (trace && !stacks.has(trace)) {
      stacks.set(trace, { node_id: node.id(), frames: snapshot.allocationStack(node.nodeIndex).map(frameOf) });
    }
  }
  const samples = snapshot.getSamples();
  return {
    functions: hasTraces ? snapshot.allocationTracesTops().map((row) => allocationRow(snapshot, row)) : null,
    stacks: [...stacks.values()],
    samples: samples && {
      time_ms: samples.timestamps,
      last_id: samples.lastAssignedIds,
      size: samples.sizes,
    },
  };
}

/**
 * The engine's native contexts and the owner of every node.
 *
 * @param {object} snapshot
 * @returns {object} `contexts` in ordinal order, the sizes of what is shared and of what is unattributed,
 *   and `owners_sha256`: the digest of each node's owner, as the context's node id, -2 if shared, -1 if none
 */
export function nativeContexts(snapshot) {
  const { nativeContexts: contexts, sharedSize, noAttributionSize } = snapshot.getNativeContextSizes();
  const node = snapshot.createNode(0);
  const owners = Array.from(snapshot.nodeNativeContextAttribution, (owner) => {
    if (owner < 0) return owner;
    node.nodeIndex = owner * snapshot.nodeFieldCount;
    return node.id();
  });
  return {
    contexts: contexts.map((one) => ({
      node_id: one.nodeId,
      name: wellFormed(one.nodeName),
      attributed_size: one.attributedSize,
      retained_size: one.retainedSize,
    })),
    shared_size: sharedSize,
    unattributed_size: noAttributionSize,
    owners_sha256: digestOfIntegers(owners),
  };
}

/** @returns {object[]} the dead fields of contexts, one row for each, ascending by the ids of context and value */
export function deadVariables(snapshot) {
  const rows = snapshot.analyzeContexts().scopes.flatMap((scope) =>
    scope.contexts.flatMap((context) =>
      context.deadFields.map((field) => ({
        context_id: context.contextNodeId,
        variable: wellFormed(field.name),
        node_id: field.valueNodeId,
        retained_size: field.retainedSize,
      })),
    ),
  );
  const text = (row) => row.variable;
  return rows.sort(
    (a, b) => a.context_id - b.context_id || a.node_id - b.node_id || (text(a) < text(b) ? -1 : 1),
  );
}
