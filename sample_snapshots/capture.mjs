#!/usr/bin/env node
// Makes the sample snapshots again.
//
//   node sample_snapshots/capture.mjs [CASE …]
//
// For each case the program in CASE/app is copied to a neutral folder (say /srv/rates-api) and run there by
// `node --expose-gc` with an empty environment, because a snapshot holds every path and string of its process. One
// process gives all three snapshots, so that node ids mean the same object in each. The work comes from outside, from
// CASE/load.mjs: requests to the program's port, or a server that the program talks to. Then the snapshots are searched
// for traces of this machine, compressed, and put beside case.json.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import zlib from 'node:zlib';

import { findPrivateStrings } from './privacy.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const NEUTRAL_ROOT = '/srv';
const NEUTRAL_ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/home/app' };
const AGENT_FOLDER = path.join(NEUTRAL_ROOT, 'heap-capture');
const SIGNAL_FOR_SNAPSHOT = 'SIGUSR2';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** One HTTP request over a connection of its own, so that no open connection is left when a snapshot is written. */
function requester(port) {
  return (method, target, headers = {}) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port, method, path: target, agent: false, headers: { ...headers, connection: 'close' } },
        (response) => {
          response.resume();
          response.on('close', () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${method} ${target}: status ${response.statusCode}`));
          });
        },
      );
      request.on('error', reject);
      request.end();
    });
}

/** Start the program and give a function that waits for its next line of output. */
function startProgram(caseInfo, programFolder, port) {
  const flags = ['--expose-gc', '--require', path.join(AGENT_FOLDER, 'agent.cjs')];
  const child = spawn(process.execPath, [...flags, path.join(programFolder, 'app.js'), String(port)], {
    cwd: programFolder,
    env: NEUTRAL_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (expected) => {
    const { value } = await lines.next();
    if (value !== expected) throw new Error(`${caseInfo.title}: expected "${expected}", got "${value}"`);
  };
  return { child, nextLine };
}

function compress(source, target) {
  if (target.endsWith('.gz')) {
    fs.writeFileSync(target, zlib.gzipSync(fs.readFileSync(source), { level: 9 }));
    return;
  }
  const result = spawnSync('zstd', ['-19', '-q', '-f', source, '-o', target], { stdio: 'inherit' });
  if (result.status !== 0) throw new Error('zstd failed (is it installed?)');
  fs.chmodSync(target, 0o644);
}

async function captureCase(name) {
  const caseFolder = path.join(HERE, name);
  const caseInfo = JSON.parse(fs.readFileSync(path.join(caseFolder, 'case.json'), 'utf8'));
  if (process.version !== caseInfo.node_version) {
    console.error(`${name}: case.json says Node ${caseInfo.node_version}, this is ${process.version}`);
  }
  const programFolder = path.join(NEUTRAL_ROOT, caseInfo.folder);
  fs.cpSync(path.join(caseFolder, 'app'), programFolder, { recursive: true });
  fs.mkdirSync(AGENT_FOLDER, { recursive: true });
  fs.copyFileSync(path.join(HERE, 'agent.cjs'), path.join(AGENT_FOLDER, 'agent.cjs'));

  const load = await import(pathToFileURL(path.join(caseFolder, 'load.mjs')));
  const port = load.prepare ? await load.prepare() : await freePort();
  const { child, nextLine } = startProgram(caseInfo, programFolder, port);
  const request = requester(port);
  try {
    await nextLine(load.prepare ? 'started' : 'listening');

    let unit = 0;
    const workUntil = async (lastUnit) => {
      while (unit < lastUnit) await load.work(unit++, { request });
      await load.rest?.();
      child.kill(SIGNAL_FOR_SNAPSHOT);
      await nextLine('captured');
    };

    // Half of the warm-up, and a rehearsal: what the first capture itself loads must not count as growth.
    await workUntil(Math.ceil(caseInfo.warm_up_units / 2));
    for (const units of caseInfo.units) await workUntil(caseInfo.warm_up_units + units);
  } finally {
    child.kill();
    load.finish?.();
  }

  for (const [step, fileName] of caseInfo.snapshots.entries()) {
    const source = path.join(AGENT_FOLDER, `capture-${step + 1}.heapsnapshot`);
    const found = findPrivateStrings(fs.readFileSync(source));
    if (found.length > 0) throw new Error(`${name}/${fileName}: traces of this machine: ${found.join(', ')}`);
    const target = path.join(caseFolder, fileName);
    compress(source, target);
    console.log(`${name}/${fileName}: ${fs.statSync(source).size} bytes, compressed ${fs.statSync(target).size}`);
  }
  fs.rmSync(programFolder, { recursive: true });
  fs.rmSync(AGENT_FOLDER, { recursive: true });
}

const allCases = fs.readdirSync(HERE).filter((entry) => fs.existsSync(path.join(HERE, entry, 'case.json')));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : allCases;
for (const name of wanted) await captureCase(name);
