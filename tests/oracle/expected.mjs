// Expected values: the engine's answers in a form small enough to be committed. README.md defines every field.

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as answers from './answers.mjs';
import { openSnapshot } from './snapshot.mjs';

const ENGINE = 'chrome-devtools-frontend 1.0.1705227';
const NAMES_PER_UPDATE = 1 << 16;
const SPREAD_NODES = 10;
const BIGGEST_CLASSES = 10;
const RETAINER_ROWS = 200;
const TIME_LINE_SUFFIX = /\.heaptimeline\.zst$/;
const SNAPSHOT_SUFFIX = /\.heapsnapshot(\.gz|\.zst)?$/;

const here = path.dirname(fileURLToPath(import.meta.url));
const testsFolder = path.dirname(here);
const projectFolder = path.dirname(testsFolder);

function digestOfClassNames(classIndex, classNames) {
  const hash = createHash('sha256');
  for (let start = 0; start < classIndex.length; start += NAMES_PER_UPDATE) {
    const block = classIndex.subarray(start, start + NAMES_PER_UPDATE);
    hash.update(Array.from(block, (index) => `${classNames[index]}\0`).join(''), 'utf8');
  }
  return hash.digest('hex');
}

function columnDigests({ columns, classNames }) {
  const { class_index: classIndex, ...numbers } = columns;
  const digests = Object.entries(numbers).map(([name, values]) => [name, answers.digestOfIntegers(values)]);
  return { ...Object.fromEntries(digests), class_name: digestOfClassNames(classIndex, classNames) };
}

function idOfBiggestMember(snapshot, aggregate) {
  const node = snapshot.createNode(0);
  let biggest = { id: Infinity, size: -1 };
  for (const nodeIndex of aggregate.idxs) {
    node.nodeIndex = nodeIndex;
    const candidate = { id: node.id(), size: node.retainedSize() };
    if (candidate.size > biggest.size || (candidate.size === biggest.size && candidate.id < biggest.id)) {
      biggest = candidate;
    }
  }
  return biggest.id;
}

// About twenty nodes: some spread evenly over the file, and the biggest object of each of the biggest classes.
function nodesToExplain(snapshot, nodeIds) {
  const spread = Array.from(
    { length: SPREAD_NODES },
    (_, i) => nodeIds[Math.floor(((2 * i + 1) * nodeIds.length) / (2 * SPREAD_NODES))],
  );
  const biggest = Object.values(snapshot.getAggregatesByClassKey(false, 'allObjects'))
    .sort((a, b) => b.maxRet - a.maxRet)
    .slice(0, BIGGEST_CLASSES)
    .map((aggregate) => idOfBiggestMember(snapshot, aggregate));
  return [...new Set([...spread, ...biggest])];
}

function explainRetainers(snapshot, nodeIds) {
  return answers.retainers(snapshot, nodesToExplain(snapshot, nodeIds)).map(({ node_id, rows }) => ({
    node_id,
    row_count: rows.length,
    rows: rows.slice(0, RETAINER_ROWS),
  }));
}

function shortenDigest(row) {
  return { ...row, ids_sha256: row.ids_sha256.slice(0, 16) };
}

function digestIds({ added_ids: added, removed_ids: removed, ...row }) {
  return {
    ...row,
    added_ids_sha256: answers.digestOfIntegers(added).slice(0, 16),
    removed_ids_sha256: answers.digestOfIntegers(removed).slice(0, 16),
  };
}

function describe(snapshot, name) {
  const table = answers.nodeColumns(snapshot);
  return {
    engine: ENGINE,
    snapshot: name,
    node_count: snapshot.nodeCount,
    columns: columnDigests(table),
    statistics: answers.statistics(snapshot),
    summary: answers.summary(snapshot).map(shortenDigest),
    retainers: explainRetainers(snapshot, table.columns.node_id),
  };
}

async function writeJson(file, value) {
  const compressed = gzipSync(`${JSON.stringify(value, null, 1)}\n`, { level: 9 });
  compressed[9] = 255; // "unknown" operating system: the same bytes everywhere
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, compressed);
  console.error(`${path.relative(process.cwd(), file)}: ${compressed.length.toLocaleString('en')} bytes`);
}

/**
 * Writes the expected values of some snapshots.
 *
 * @param {string[]} files
 * @param {string} folder gets `NAME.json.gz` for each `NAME.heapsnapshot…`
 * @param {boolean} compare also write `comparisons.json.gz`: each snapshot against all later ones
 */
export async function writeExpected(files, folder, compare) {
  const opened = [];
  for (const file of files) {
    const snapshot = await openSnapshot(file);
    const name = path.basename(file).replace(SNAPSHOT_SUFFIX, '');
    await writeJson(path.join(folder, `${name}.json.gz`), describe(snapshot, name));
    if (compare) opened.push({ name, snapshot });
  }
  if (!compare) return;
  const comparisons = opened.flatMap((base, i) =>
    opened.slice(i + 1).map((other) => ({
      base: base.name,
      other: other.name,
      rows: answers.comparison(base.snapshot, other.snapshot).map(digestIds),
    })),
  );
  await writeJson(path.join(folder, 'comparisons.json.gz'), { engine: ENGINE, comparisons });
}

async function snapshotsIn(folder) {
  const names = await readdir(folder);
  return names.filter((name) => SNAPSHOT_SUFFIX.test(name)).sort().map((name) => path.join(folder, name));
}

/** Writes the expected values of all snapshots of the project. */
export async function writeExpectedOfProject() {
  const samples = path.join(projectFolder, 'sample_snapshots');
  for (const entry of await readdir(samples, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const { snapshots } = JSON.parse(await readFile(path.join(samples, entry.name, 'case.json'), 'utf8'));
    const series = snapshots.map((name) => path.join(samples, entry.name, name));
    await writeExpected(series, path.join(here, 'expected', entry.name), true);
  }
  const timeLines = path.join(testsFolder, 'data', 'allocations');
  for (const file of (await readdir(timeLines)).filter((name) => TIME_LINE_SUFFIX.test(name)).sort()) {
    const snapshot = await openSnapshot(path.join(timeLines, file), { lateFunctions: true });
    const name = file.replace(TIME_LINE_SUFFIX, '');
    const content = { engine: ENGINE, snapshot: name, ...answers.allocations(snapshot) };
    await writeJson(path.join(here, 'expected', 'allocations', `${name}.json.gz`), content);
  }
  const formats = await snapshotsIn(path.join(testsFolder, 'data', 'formats'));
  await writeExpected(formats, path.join(here, 'expected', 'formats'), false);
}
