// Opens a snapshot with memlab: shortest paths, dominators and retained sizes of all nodes, then sums by constructor.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { analysis, config, info, utils } = require('@memlab/core');

config.muteConsole = true;
info.overwrite = () => {};

const snapshot = await utils.getSnapshotFromFile(process.argv[2], { buildNodeIdIndex: true });
analysis.preparePathFinder(snapshot);
const sums = new Map();
snapshot.nodes.forEach((node) => {
  const row = sums.get(node.name) ?? { count: 0, retainedSize: 0 };
  row.count++;
  row.retainedSize += node.retainedSize;
  sums.set(node.name, row);
});
const { node_count: nodes, edge_count: edges } = snapshot.snapshot.snapshot;
process.stdout.write(JSON.stringify({ nodes, edges, rows: sums.size }));
