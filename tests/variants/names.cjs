'use strict';

const fs = require('node:fs');
const { SourceMap } = require('node:module');

const IDENTIFIER = /#?[A-Za-z_$][\w$]*/g;

/** Says what esbuild's minifier made of each name in a file, by the source map that it wrote. */
exports.shortNames = (file, mapFile) => {
  const map = new SourceMap(JSON.parse(fs.readFileSync(mapFile, 'utf8')));
  const found = new Map();
  for (const [line, text] of fs.readFileSync(file, 'utf8').split('\n').entries()) {
    for (const { 0: short, index } of text.matchAll(IDENTIFIER)) {
      const entry = map.findEntry(line, index);
      if (entry.name === undefined || entry.generatedColumn !== index || entry.generatedLine !== line) continue;
      if (!found.has(entry.name)) found.set(entry.name, new Set());
      found.get(entry.name).add(short);
    }
  }
  return Object.fromEntries([...found].map(([name, short]) => [name, [...short]]));
};
