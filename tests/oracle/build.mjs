#!/usr/bin/env node
// Bundles the DevTools heap snapshot engine into dist/engine.mjs, for Node.
//
//   npm ci && node build.mjs

import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

const locales = {
  name: 'locales',
  setup(bundler) {
    bundler.onResolve({ filter: /\/locales\.js$/ }, () => ({ path: path.join(here, 'locales.mjs') }));
  },
};

await build({
  absWorkingDir: here,
  entryPoints: ['engine.mjs'],
  outfile: 'dist/engine.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [locales],
  // The sources come with a tsconfig of a repository that is not there.
  tsconfigRaw: '{}',
  logLevel: 'warning',
});
