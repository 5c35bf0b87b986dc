// Searches a snapshot for traces of the machine that made it.

import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Shorter values of environment variables (and host names) are ordinary words that turn up in any heap. */
const SHORTEST_TELLING_VALUE = 6;

/** What the programs' own environment holds, and Node's usual place. */
const NEUTRAL_VALUES = new Set(['/usr/bin:/bin', '/home/app', '/usr/bin/node']);

const PATTERNS = [
  /"\/root\b/,
  /\/(?:work|workspaces?|builds)\//,
  /\/home\/(?!app\b)\w+/,
  /\/Users\/\w+/,
  /\/opt\/\w+/,
  /pyenv|[./]nvm\b|[./]\w*conda\b|[./]cargo\b/i,
  /https?_proxy=/i, // the bare name is Node's own
  /\b(?:PIP|CONTAINER|CARGO|SSH|GIT|AWS|NPM_CONFIG)_[A-Z]{2,}/,
  /\bregistry\.\w+\.\w+/i,
  /\b(?:10|172|192)\.\d+\.\d+\.\d+\b(?!-)/,
];

/**
 * Every trace found, each as a short excerpt.
 *
 * @param {Buffer} snapshot the uncompressed file
 * @returns {string[]}
 */
export function findPrivateStrings(snapshot) {
  const text = snapshot.toString('latin1');
  const found = [];
  const note = (at, what) => found.push(`${what} in ${JSON.stringify(text.slice(Math.max(0, at - 30), at + 50))}`);

  for (const pattern of PATTERNS) {
    const match = pattern.exec(text);
    if (match) note(match.index, String(pattern));
  }
  const repository = path.resolve(fileURLToPath(new URL('..', import.meta.url)));
  for (const [name, value] of Object.entries({ repository, hostname: os.hostname(), ...process.env })) {
    if (value.length < SHORTEST_TELLING_VALUE || NEUTRAL_VALUES.has(value)) continue;
    const at = text.indexOf(value);
    if (at >= 0) note(at, name);
  }
  return found;
}
