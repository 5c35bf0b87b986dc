#!/usr/bin/env node
// Makes the sample snapshots again.
//
//   node sample_snapshots/capture.mjs [--fixed | --leaking] [CASE …]
//
// For each case the program in CASE/app is copied to a neutral folder (say /srv/rates-api) and run there by
// `node --expose-gc` with an empty environment, because a snapshot holds every path and string of its process; a page is
// opened in Chromium (chromium.mjs). One process gives all three snapshots, so that node ids mean the same object in
// each. The work comes from outside, from CASE/load.mjs: requests to the program's port, a server that the program talks
// to, or clicks in the page. Then the snapshots are searched for traces of this machine, compressed, and put beside
// case.json. The mended program is CASE/app with what CASE/fixed/app has of it; its snapshots go to CASE/fixed.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';

import { openPage } from './chromium.mjs';
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
  return (method, target, headers = {}, body = undefined) =>
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
      request.end(body);
    });
}

const captureFile = (number) => path.join(AGENT_FOLDER, `capture-${number}.heapsnapshot`);

/** Start a program and give what drives it: what its load works with, how it writes a snapshot, how it ends. */
async function startProgram(caseInfo, programFolder, load) {
  fs.copyFileSync(path.join(HERE, 'agent.cjs'), path.join(AGENT_FOLDER, 'agent.cjs'));
  const ports = [load.prepare ? await load.prepare() : await freePort()];
  if (load.prepareService) ports.push(await load.prepareService());
  const flags = ['--expose-gc', '--require', path.join(AGENT_FOLDER, 'agent.cjs')];
  const child = spawn(process.execPath, [...flags, path.join(programFolder, 'app.js'), ...ports.map(String)], {
    cwd: programFolder,
    env: NEUTRAL_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (expected) => {
    const { value } = await lines.next();
    if (value !== expected) throw new Error(`${caseInfo.title}: expected "${expected}", got "${value}"`);
  };
  await nextLine(load.prepare ? 'started' : 'listening');
  return {
    tools: { request: requester(ports[0]) },
    writeSnapshot: async () => {
      child.kill(SIGNAL_FOR_SNAPSHOT);
      await nextLine('captured');
    },
    stop: () => child.kill(),
  };
}

/** The same for a page. */
async function startPage(caseInfo, pageFolder) {
  const page = await openPage(pageFolder, caseInfo.origin);
  let captureNumber = 0;
  return {
    tools: { page },
    writeSnapshot: () => page.writeSnapshot(captureFile(captureNumber++)),
    stop: () => page.close(),
  };
}

function compress(source, target) {
  if (target.endsWith('.gz')) {
    fs.writeFileSync(target, zlib.gzipSync(fs.readFileSync(source), { level: 9 }));
    return;
  }
  const result = spawnSync('zstd', ['--ultra', '-22', '-q', '-f', source, '-o', target], { stdio: 'inherit' });
  if (result.status !== 0) throw new Error('zstd failed (is it installed?)');
  fs.chmodSync(target, 0o644);
}

async function captureCase(name, isFixed) {
  const caseFolder = path.join(HERE, name);
  const targetFolder = isFixed ? path.join(caseFolder, 'fixed') : caseFolder;
  const caseInfo = JSON.parse(fs.readFileSync(path.join(caseFolder, 'case.json'), 'utf8'));
  if (caseInfo.node_version && process.version !== caseInfo.node_version) {
    console.error(`${name}: case.json says Node ${caseInfo.node_version}, this is ${process.version}`);
  }
  const programFolder = path.join(NEUTRAL_ROOT, caseInfo.folder);
  fs.cpSync(path.join(caseFolder, 'app'), programFolder, { recursive: true });
  if (isFixed) fs.cpSync(path.join(targetFolder, 'app'), programFolder, { recursive: true });
  fs.mkdirSync(AGENT_FOLDER, { recursive: true });

  // Modules are loaded once, but each run needs a load of its own, with its own servers.
  const load = await import(`${pathToFileURL(path.join(caseFolder, 'load.mjs'))}?${isFixed ? 'fixed' : 'leaking'}`);
  const program = await (caseInfo.origin ? startPage : startProgram)(caseInfo, programFolder, load);
  try {
    let unit = 0;
    const workUntil = async (lastUnit) => {
      while (unit < lastUnit) await load.work(unit++, program.tools);
      await load.rest?.();
      await program.writeSnapshot();
    };

    // Half of the warm-up, and a rehearsal: what the first capture itself loads must not count as growth.
    await workUntil(Math.ceil(caseInfo.warm_up_units / 2));
    for (const units of caseInfo.units) await workUntil(caseInfo.warm_up_units + units);
  } finally {
    await program.stop();
    load.finish?.();
  }

  for (const [step, fileName] of caseInfo.snapshots.entries()) {
    const source = captureFile(step + 1);
    const target = path.join(targetFolder, fileName);
    const label = path.relative(HERE, target);
    const found = findPrivateStrings(fs.readFileSync(source));
    if (found.length > 0) throw new Error(`${label}: traces of this machine: ${found.join(', ')}`);
    compress(source, target);
    console.log(`${label}: ${fs.statSync(source).size} bytes, compressed ${fs.statSync(target).size}`);
  }
  fs.rmSync(programFolder, { recursive: true });
  fs.rmSync(AGENT_FOLDER, { recursive: true });
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { fixed: { type: 'boolean' }, leaking: { type: 'boolean' } },
});
const allCases = fs.readdirSync(HERE).filter((entry) => fs.existsSync(path.join(HERE, entry, 'case.json')));
for (const name of positionals.length > 0 ? positionals : allCases) {
  if (!options.fixed) await captureCase(name, false);
  if (!options.leaking && fs.existsSync(path.join(HERE, name, 'fixed'))) await captureCase(name, true);
}
