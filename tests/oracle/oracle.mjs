#!/usr/bin/env node
// Asks the Chrome DevTools heap snapshot engine. README.md describes the commands and what they answer.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import * as answers from './answers.mjs';
import { writeExpected, writeExpectedOfProject } from './expected.mjs';
import { openSnapshot } from './snapshot.mjs';

const USAGE = `Usage:
  node oracle.mjs nodes FILE OUT
  node oracle.mjs summary FILE [FILTER]
  node oracle.mjs statistics FILE
  node oracle.mjs comparison BASE OTHER
  node oracle.mjs retainers FILE NODE_ID...
  node oracle.mjs allocations FILE
  node oracle.mjs native-contexts FILE
  node oracle.mjs dead-variables FILE
  node oracle.mjs expected FILE... --out DIR [--compare]
  node oracle.mjs expected-of-project`;

class UsageError extends Error {}

const DTYPES = new Map([
  [Uint8Array, '|u1'],
  [Uint32Array, '<u4'],
  [Int32Array, '<i4'],
  [Float64Array, '<f8'],
]);

async function writeNodes(file, folder) {
  const snapshot = await openSnapshot(file);
  const { columns, classNames } = answers.nodeColumns(snapshot);
  await mkdir(folder, { recursive: true });
  const described = [];
  for (const [name, values] of Object.entries(columns)) {
    const { buffer, byteOffset, byteLength } = values;
    await writeFile(path.join(folder, `${name}.bin`), new Uint8Array(buffer, byteOffset, byteLength));
    described.push({ name, file: `${name}.bin`, dtype: DTYPES.get(values.constructor) });
  }
  const header = {
    node_count: snapshot.nodeCount,
    root_ordinal: snapshot.rootNodeIndex / snapshot.nodeFieldCount,
    columns: described,
    class_names: classNames,
  };
  await writeFile(path.join(folder, 'header.json'), JSON.stringify(header));
}

function parseNodeId(text) {
  if (!/^\d+$/.test(text)) throw new UsageError(`not a node id: ${text}`);
  return Number(text);
}

function print(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

const COMMANDS = {
  nodes: { files: [2, 2], run: ([file, folder]) => writeNodes(file, folder) },
  summary: { files: [1, 2], run: async ([file, filter]) => print(answers.summary(await openSnapshot(file), filter)) },
  statistics: { files: [1, 1], run: async ([file]) => print(answers.statistics(await openSnapshot(file))) },
  comparison: {
    files: [2, 2],
    run: async ([base, other]) => print(answers.comparison(await openSnapshot(base), await openSnapshot(other))),
  },
  retainers: {
    files: [2, Infinity],
    run: async ([file, ...nodeIds]) => {
      const wanted = nodeIds.map(parseNodeId);
      print(answers.retainers(await openSnapshot(file), wanted));
    },
  },
  allocations: {
    files: [1, 1],
    run: async ([file]) => print(answers.allocations(await openSnapshot(file, { lateFunctions: true }))),
  },
  'native-contexts': {
    files: [1, 1],
    run: async ([file]) => print(answers.nativeContexts(await openSnapshot(file))),
  },
  'dead-variables': {
    files: [1, 1],
    run: async ([file]) => print(answers.deadVariables(await openSnapshot(file))),
  },
  expected: {
    files: [1, Infinity],
    run: async (files, { out, compare }) => {
      if (out === undefined) throw new UsageError('expected needs --out DIR');
      await writeExpected(files, out, compare);
    },
  },
  'expected-of-project': { files: [0, 0], run: writeExpectedOfProject },
};

async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: 'string' }, compare: { type: 'boolean', default: false } },
  });
  const [name, ...operands] = positionals;
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(name ? `unknown command: ${name}` : 'no command');
  const [least, most] = command.files;
  if (operands.length < least || operands.length > most) throw new UsageError(`wrong number of arguments for ${name}`);
  await command.run(operands, values);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isUsage ? `${error.message}\n${USAGE}` : String(error?.message ?? error));
  process.exitCode = isUsage ? 2 : 1;
}
