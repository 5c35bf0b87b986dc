// node capture.mjs FOLDER USE ORIGIN UNITS…
//
// Opens the page in FOLDER, uses it as the module USE says, and writes before.heapsnapshot, after1.heapsnapshot and
// after2.heapsnapshot into FOLDER. UNITS are how often the page is used before each. USE exports `use(number, settle)`,
// which runs in the page, and may export `options` for the browser.

import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { openPage } from '../../sample_snapshots/chromium.mjs';

const [folder, useFile, origin, ...units] = process.argv.slice(2);
const { use, options = {} } = await import(pathToFileURL(path.resolve(useFile)));

const NAMES = ['before', 'after1', 'after2'];
const REST = 700;
const WEBSOCKET_KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Accepts a WebSocket, and says nothing on it; closes it when the page does. */
function onUpgrade(request, socket) {
  const accepted = createHash('sha1').update(request.headers['sec-websocket-key'] + WEBSOCKET_KEY_SUFFIX);
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write([...lines, `Sec-WebSocket-Accept: ${accepted.digest('base64')}`, '', ''].join('\r\n'));
  socket.on('error', () => {});
  const CLOSE = 0x8;
  socket.on('data', (data) => {
    if ((data[0] & 0xf) === CLOSE) socket.end(Buffer.from([0x80 | CLOSE, 0]));
  });
}

const page = await openPage(folder, origin, { onUpgrade, ...options });
let number = 0;

async function useUntil(last) {
  await page.evaluate(`(async () => {
    const settle = (milliseconds = 4) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const use = ${use};
    for (let number = ${number}; number < ${last}; number++) await use(number, settle);
    await settle(${REST});
  })()`);
  number = last;
}

try {
  const [warmUp, ...others] = units.map(Number);
  // The first half of the warm-up, and a rehearsal: what the first snapshot itself creates is not growth.
  await useUntil(Math.ceil(warmUp / 2));
  await page.writeSnapshot(os.devNull);
  for (const [place, count] of [Math.floor(warmUp / 2), ...others].entries()) {
    await useUntil(number + count);
    await page.writeSnapshot(path.join(folder, `${NAMES[place]}.heapsnapshot`));
  }
} finally {
  await page.close();
}
