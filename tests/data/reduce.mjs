// Reduces a heap snapshot to some of its nodes, so that it stays small.

/** The columns of a snapshot by name, and its edges by node. */
export class Heap {
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

/**
 * Makes a snapshot of some nodes of another one.
 *
 * @param {Heap} heap
 * @param {Map<number, boolean>} kept nodes, and whether to keep their edges to other kept nodes
 * @returns {object} the content of the file; strings that nothing names are left out
 */
export function reduceTo(heap, kept) {
  const { file } = heap;
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
  const locationStride = meta.location_fields?.length;
  for (let i = 0; i < (file.locations ?? []).length; i += locationStride) {
    const node = file.locations[i] / nodeStride;
    if (!place.has(node)) continue;
    locations.push(place.get(node) * nodeStride, ...file.locations.slice(i + 1, i + locationStride));
  }
  const infos = [...(file.trace_function_infos ?? [])];
  const infoFields = meta.trace_function_info_fields ?? [];
  for (let i = 0; i < infos.length; i += infoFields.length) {
    for (const name of ['name', 'script_name']) {
      const at = i + infoFields.indexOf(name);
      infos[at] = indexOf(file.strings[infos[at]]);
    }
  }
  // The sections of scopes refer to nodes that are gone.
  const keptMeta = Object.fromEntries(Object.entries(meta).filter(([name]) => !name.startsWith('scope')));
  const snapshot = { ...file.snapshot, meta: keptMeta, node_count: order.length, edge_count: edges.length / edgeStride };
  // Sections stay in the file's order, the strings last: the reader of DevTools wants that.
  const { strings: _, ...all } = file;
  const sections = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('scope')));
  const changed = { snapshot, nodes, edges, trace_function_infos: infos, locations };
  for (const name of Object.keys(changed)) if (name in file) sections[name] = changed[name];
  return { ...sections, strings };
}
