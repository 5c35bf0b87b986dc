// node memlab.mjs FOLDER WORK_FOLDER [default]
//
// Runs two of memlab's analyses on the three snapshots in FOLDER and prints, as JSON, what they name, best first:
// `leaks`, the clusters of find-leaks (names of the objects and of the edges on the way to one of each), and `growing`,
// the names of the objects that the analysis of unbound growth lists. memlab looks for what browsers leak unless a
// leak filter is given; ours takes every object that a program can make. With `default` memlab goes by its own rules.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

// memlab is installed beside the programs, not beside this file: the work folder is there.
const [folder, workFolder] = process.argv.slice(2, 4).map((name) => path.resolve(name));
const hasOwnRules = process.argv[4] === 'default';
const require = createRequire(path.join(workFolder, 'memlab.cjs'));
const { ConsoleMode, findLeaksBySnapshotFilePaths } = require('@memlab/api');
const { config, fileManager, info } = require('@memlab/core');
const { ObjectUnboundGrowthAnalysis } = require('@memlab/heap-analysis');

const TYPES = new Set(['object', 'closure', 'array', 'string', 'concatenated string', 'sliced string', 'regexp']);
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const files = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.heapsnapshot'))
  .sort()
  .map((name) => path.join(folder, name));

/** Lists the objects and the edges of a trace, the root first: its keys are "2:  --edge (type)--->  [object](type) …". */
function namesOf(trace) {
  const steps = Object.keys(trace).filter((key) => /^\d+: /.test(key));
  return {
    objects: steps.map((step) => /\[(.*?)\]\([\w ]+\) @/.exec(step)?.[1] ?? ''),
    edges: steps.map((step) => /--(.*?) \([\w ]+\)--->/.exec(step)?.[1] ?? ''),
  };
}

if (!hasOwnRules) config.externalLeakFilter = { leakFilter: (node) => TYPES.has(node.type) };
const leaks = await findLeaksBySnapshotFilePaths(...files, { workDir: workFolder, consoleMode: ConsoleMode.SILENT });

fileManager.initDirs(config, { workDir: workFolder });
await new ObjectUnboundGrowthAnalysis().process({ args: { 'snapshot-dir': folder } });
const rows = fs.existsSync(config.unboundObjectCSV) ? fs.readFileSync(config.unboundObjectCSV, 'utf8') : '';

print(
  JSON.stringify({
    leaks: leaks.slice(0, 10).map(namesOf),
    growing: rows
      .split('\n')
      .slice(0, 10)
      .map((row) => row.split(',')[0]),
  }),
);
process.exit(0);
