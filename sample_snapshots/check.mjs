#!/usr/bin/env node
// Checks the committed samples against their case.json: the counts of every named class, that the expected chain leads
// to a leaked object, that the mended program has no more of them than case.json says, and that no snapshot holds a trace
// of the machine that made it.
//
//   node sample_snapshots/check.mjs [CASE …]

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findPrivateStrings } from './privacy.mjs';
import { readBytes, SampleSnapshot } from './readSnapshot.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const INFERRED_NAME = /^\{/; // the name that DevTools gives to plain objects; the file only says "Object"

const DETACHED_ELEMENT = /^Detached (<.*>)$/; // the name that DevTools gives to what the file marks as detached
const DETACHED = 2;

/** Does a node have the class, by the name that DevTools gives it? */
function hasClass(node, className, snapshot) {
  if (className === 'Function') return snapshot.type(node) === 'closure';
  const [, element] = DETACHED_ELEMENT.exec(className) ?? [];
  if (element) return snapshot.name(node) === element && snapshot.value(node, 'detachedness') === DETACHED;
  return snapshot.type(node) === 'object' && snapshot.name(node) === className;
}

function instancesOf({ class_name: className, location }, snapshot, folder) {
  const found = [];
  for (let node = 0; node < snapshot.count; node++) {
    if (!hasClass(node, className, snapshot)) continue;
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

function open(folder, fileNames, problems) {
  return fileNames.map((fileName) => {
    const bytes = readBytes(path.join(folder, fileName));
    for (const trace of findPrivateStrings(bytes)) problems.push(`${fileName}: ${trace}`);
    return new SampleSnapshot(bytes);
  });
}

function checkCounts(rows, snapshots, programFolder, problems) {
  for (const row of rows) {
    if (INFERRED_NAME.test(row.class_name)) continue;
    const counts = snapshots.map((snapshot) => instancesOf(row, snapshot, programFolder).length);
    if (String(counts) !== String(row.count_per_snapshot)) {
      problems.push(`${row.class_name} ${row.location}: expected ${row.count_per_snapshot}, found ${counts}`);
    }
  }
}

function checkCase(name) {
  const caseFolder = path.join(HERE, name);
  const caseInfo = JSON.parse(fs.readFileSync(path.join(caseFolder, 'case.json'), 'utf8'));
  const { expected, fixed } = caseInfo;
  // The scripts of a page have its origin, ES modules are file URLs.
  const programFolder = caseInfo.scripts ?? (caseInfo.origin ? `${caseInfo.origin}/` : `/srv/${caseInfo.folder}/`);
  const problems = [];
  const snapshots = open(caseFolder, caseInfo.snapshots, problems);
  const rows = [...expected.leaked, ...expected.carried_along, ...(expected.levels_off ?? [])];
  checkCounts(rows, snapshots, programFolder, problems);
  if (fixed) {
    const mended = open(path.join(caseFolder, 'fixed'), caseInfo.snapshots, problems);
    checkCounts(fixed.counts, mended, programFolder, problems);
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
