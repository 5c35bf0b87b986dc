// node fuite.mjs FOLDER USE WORK_FOLDER
//
// Lets fuite use the page in FOLDER as the module USE says, and prints as JSON what it says leaks. fuite is installed in
// WORK_FOLDER. It takes its snapshots itself, after one use and after seven more.

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { serve } from '../../../sample_snapshots/chromium.mjs';

const [folder, useFile, workFolder] = process.argv.slice(2).map((name) => path.resolve(name));
const { use } = await import(pathToFileURL(useFile));
const require = createRequire(path.join(workFolder, 'package.json'));
const { findLeaks } = await import(pathToFileURL(require.resolve('fuite')));

let number = 0;
const scenario = {
  setup: async () => {},
  waitForIdle: () => new Promise((resolve) => setTimeout(resolve, 300)),
  iteration: (page) =>
    page.evaluate(`(async () => {
      const settle = (milliseconds = 4) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      await (${use})(${number++}, settle);
    })()`),
};

const server = await serve(folder);
const flags = ['--no-sandbox', '--no-proxy-server', '--host-resolver-rules=MAP page.example 127.0.0.1'];
const address = `http://page.example:${server.address().port}/`;
for await (const { result } of findLeaks(address, { scenario, browserArgs: flags })) {
  if (result instanceof Error) throw result;
  const { collections, detected, domNodes, eventListeners, objects } = result.leaks;
  const named = (found = []) => found.map((one) => one.name ?? one.type ?? one.description).filter(Boolean);
  console.log(
    JSON.stringify({
      isLeak: detected,
      objects: named(objects),
      holders: [...named(collections), ...named(eventListeners), ...named(domNodes?.nodes)],
    }),
  );
}
process.exit(0);
