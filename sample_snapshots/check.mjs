#!/usr/bin/env node
// Checks the committed samples against their case.json: the counts of every named class, that the expected chain leads
// to a leaked object, and that no snapshot holds a trace of the machine that made it.
//
//   node sample_snapshots/check.mjs [CASE …]

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findPrivateStrings } from './privacy.mjs';
import { readBytes, SampleSnapshot } from './readSnapshot.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const INFERRED_NAME = /^\{/; // the name that DevTools gives to plain objects; the file only says "Object"

function instancesOf({ class_name: className, location }, snapshot, folder) {
  const isFunction = className === 'Function';
  const found = [];
  for (let node = 0; node < snapshot.count; node++) {
    if (isFunction ? snapshot.type(node) !== 'closure' : snapshot.type(node) !== 'object') continue;
    if (!isFunction && snapshot.name(node) !== className) continue;
    if (location && snapshot.locationOf(node, folder) !== location) continue;
    found.push(node);
  }
  return found;
}

/** Do the wanted names occur in the path, in their order, next to each other or with others between them? */
function containsInOrder(steps, wanted) {
  let at = 0;
  for (const step of steps) if (step === wanted[at]) at += 1;
  return at === wanted.length;
}

function checkCase(name) {
  const caseFolder = path.join(HERE, name);
  const caseInfo = JSON.parse(fs.readFileSync(path.join(caseFolder, 'case.json'), 'utf8'));
  const { expected } = caseInfo;
  const programFolder = `/srv/${caseInfo.folder}/`;
  const problems = [];
  const snapshots = caseInfo.snapshots.map((fileName) => {
    const bytes = readBytes(path.join(caseFolder, fileName));
    for (const trace of findPrivateStrings(bytes)) problems.push(`${fileName}: ${trace}`);
    return new SampleSnapshot(bytes);
  });

  for (const row of [...expected.leaked, ...expected.carried_along, ...(expected.levels_off ?? [])]) {
    if (INFERRED_NAME.test(row.class_name)) continue;
    const counts = snapshots.map((snapshot) => instancesOf(row, snapshot, programFolder).length);
    if (String(counts) !== String(row.count_per_snapshot)) {
      problems.push(`${row.class_name} ${row.location}: expected ${row.count_per_snapshot}, found ${counts}`);
    }
  }

  const last = snapshots.at(-1);
  if (expected.chain.length > 0) {
    const leaked = instancesOf(expected.leaked[0], last, programFolder);
    const steps = last.pathTo(leaked[Math.floor(leaked.length / 2)]);
    if (!containsInOrder(steps, expected.chain)) problems.push(`no ${expected.chain.join(' ')} in ${steps.join(' ')}`);
  }
  const closureLocations = new Set();
  for (const node of last.locations.keys()) closureLocations.add(last.locationOf(node, programFolder));
  for (const location of [expected.location, ...expected.other_locations]) {
    if (location && !closureLocations.has(location)) problems.push(`nothing was written at ${location}`);
  }
  for (const problem of problems) console.log(`${name}: ${problem}`);
  if (problems.length === 0) console.log(`${name}: as expected`);
  return problems.length;
}

const allCases = fs.readdirSync(HERE).filter((entry) => fs.existsSync(path.join(HERE, entry, 'case.json')));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : allCases;
process.exitCode = wanted.reduce((total, name) => total + checkCase(name), 0) > 0 ? 1 : 0;
