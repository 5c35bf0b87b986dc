'use strict';

// A component that reads a store of another module, compiled for the server and rendered for each request.

const Module = require('node:module');
const path = require('node:path');
const svelte = require('svelte/compiler');

const SOURCE = `
  <script>
    import { prices } from './prices.cjs';
    export let number;
  </script>
  <p>Offer {number}: {$prices.tea} EUR</p>
`;

function compiled(source, name) {
  const options = { generate: 'ssr', format: 'cjs', name, filename: `${name}.svelte` };
  const { js } = svelte.compile(source, options);
  const module = new Module(path.join(__dirname, `${name}.svelte.cjs`));
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(__dirname);
  module._compile(js.code, module.filename);
  return module.exports.default;
}

const Offer = compiled(SOURCE, 'Offer');

exports.work = (number) => Offer.render({ number }).html.length;
