// node build.mjs WORKSPACE SOURCE FOLDER FORM
//
// Writes the page in SOURCE, a folder below WORKSPACE, where the npm packages are, into FOLDER. FORM is `written` (the
// files as they are: ES modules), `development` (one file with the development builds of the packages, and a source
// map), `minified`, or `minified-map`. Prints what became of each name in a minified file as JSON.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { shortNames } from '../variants/names.cjs';

const [workspace, source, folder, form] = process.argv.slice(2).map((part, place) => (place < 3 ? path.resolve(part) : part));
const require = createRequire(path.join(workspace, 'package.json'));
const isMinified = form.startsWith('minified');

/** Compiles `.svelte` files. */
const svelte = {
  name: 'svelte',
  setup(build) {
    const { compile } = require('svelte/compiler');
    build.onLoad({ filter: /\.svelte$/ }, ({ path: file }) => {
      const options = { filename: file, generate: 'client', css: 'injected', dev: !isMinified };
      const { js } = compile(fs.readFileSync(file, 'utf8'), options);
      return { contents: withMap(js.code, js.map) };
    });
  },
};

/** Compiles `.vue` files with a `<script setup>`. */
const vue = {
  name: 'vue',
  setup(build) {
    const { compileScript, parse } = require('@vue/compiler-sfc');
    build.onLoad({ filter: /\.vue$/ }, ({ path: file }) => {
      const { descriptor } = parse(fs.readFileSync(file, 'utf8'), { filename: file });
      const { content, map } = compileScript(descriptor, { id: path.basename(file), inlineTemplate: true });
      return { contents: withMap(content, map) };
    });
  },
};

function withMap(code, map) {
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`;
}

async function bundle() {
  const { build } = require('esbuild');
  const entry = fs.readdirSync(source).find((name) => path.parse(name).name === 'main');
  const outfile = path.join(folder, 'assets', 'app.js');
  const usesPreact = fs.readFileSync(path.join(source, entry), 'utf8').includes("from 'preact'");
  await build({
    entryPoints: [path.join(source, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: isMinified,
    sourcemap: form === 'minified' ? 'external' : true,
    jsx: 'automatic',
    jsxImportSource: usesPreact ? 'preact' : 'react',
    // As bundlers for browsers set them; the development build of Vue asks for the others.
    conditions: [isMinified ? 'production' : 'development'],
    define: {
      'process.env.NODE_ENV': JSON.stringify(isMinified ? 'production' : 'development'),
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    loader: { '.css': 'empty', '.js': 'jsx' },
    plugins: [svelte, vue],
    logLevel: 'error',
  });
  const map = `${outfile}.map`;
  const names = isMinified ? shortNames(outfile, map) : {};
  if (form === 'minified') fs.rmSync(map);
  return names;
}

const IS_PART_OF_THE_PAGE = /\.(?:html|css)$/;

fs.mkdirSync(path.join(folder, 'assets'), { recursive: true });
for (const name of fs.readdirSync(source)) {
  const from = path.join(source, name);
  // What a page asks for by its address is in `public`, and is not bundled.
  if (name === 'public') fs.cpSync(from, folder, { recursive: true });
  else if (IS_PART_OF_THE_PAGE.test(name)) fs.copyFileSync(from, path.join(folder, name));
  else if (form === 'written' && name.endsWith('.js')) fs.copyFileSync(from, path.join(folder, 'assets', name));
}
const script = form === 'written' ? 'main.js' : 'app.js';
const page = path.join(folder, 'index.html');
fs.writeFileSync(page, fs.readFileSync(page, 'utf8').replace('</body>', `<script type="module" src="/assets/${script}"></script>\n</body>`));
process.stdout.write(JSON.stringify(form === 'written' ? {} : await bundle()));
