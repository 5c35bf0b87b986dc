// node capture.mjs FOLDER extension
// node capture.mjs FOLDER hot-reload PROJECT
//
// Writes three snapshots into FOLDER: of a page with an extension that leaks, or of a page whose development server
// reloads one of its modules again and again. PROJECT has the page and its node_modules.

import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { openPage } from '../../../sample_snapshots/chromium.mjs';

const [folder, mode, project] = process.argv.slice(2);
const here = import.meta.dirname;
const NAMES = ['before', 'after1', 'after2'];
const UNTIL = [20, 60, 140];
const REST = 40;
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Return a port that is free. */
async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function developmentServer(port) {
  const require = createRequire(path.join(project, 'package.json'));
  const packed = path.join(project, 'webpack.config.cjs');
  return fs.existsSync(packed) ? webpackServer(require, packed, port) : viteServer(require, port);
}

/** Serve the project by webpack; pages of other addresses may use it, as those below do. */
async function webpackServer(require, configuration, port) {
  const Server = require('webpack-dev-server');
  const compiler = require('webpack')(require(configuration));
  const options = {
    host: '127.0.0.1',
    port,
    allowedHosts: 'all',
    static: { directory: project, watch: false },
    client: { webSocketURL: `ws://127.0.0.1:${port}/ws`, logging: 'error' },
  };
  const server = new Server(options, compiler);
  await server.start();
  await new Promise((resolve) => server.middleware.waitUntilValid(resolve));
  return { close: () => server.stop() };
}

async function viteServer(require, port) {
  const { createServer } = await import(pathToFileURL(require.resolve('vite')));
  const server = await createServer({
    root: project,
    configFile: path.join(project, 'vite.config.js'),
    logLevel: 'error',
    // The page has an address of its own, the socket for reloads that of the server.
    server: { host: '127.0.0.1', port, strictPort: true, allowedHosts: true, hmr: { host: '127.0.0.1', clientPort: port } },
  });
  return server.listen();
}

const port = mode === 'hot-reload' ? await freePort() : undefined;
const server = port && (await developmentServer(port));
const options = port ? { port } : { extension: path.join(here, 'extension') };
const page = await openPage(path.join(here, 'page'), `http://${mode}.example`, options);
const source = server && path.join(project, 'src');
const board = server && path.join(source, fs.readdirSync(source).find((name) => name.startsWith('board.')));
const text = server && fs.readFileSync(board, 'utf8');

async function useOnce(number) {
  if (server) {
    fs.writeFileSync(board, text.replace('<article>Card', `<article>Card of build ${number}`));
    // Until the page shows the new text.
    await page.evaluate(`(async () => {
      for (let tries = 0; tries < 200 && !document.body.innerText.includes('build ${number}'); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      if (!document.body.innerText.includes('build ${number}')) throw new Error('not reloaded: ${number}');
    })()`);
  }
  await page.evaluate("document.querySelector('#next').click()");
  await wait(REST);
}

try {
  await wait(10 * REST);
  let number = 0;
  for (const [place, until] of UNTIL.entries()) {
    while (number < until) await useOnce(++number);
    await page.writeSnapshot(path.join(folder, `${NAMES[place]}.heapsnapshot`));
  }
} finally {
  if (server) fs.writeFileSync(board, text);
  await page.close();
  await server?.close();
}
