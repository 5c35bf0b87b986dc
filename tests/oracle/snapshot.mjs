// Opens a snapshot file with the DevTools engine.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';

import { Decompress } from 'fzstd';

import { HeapSnapshotLoader, SecondaryInitManager } from './dist/engine.mjs';

const CHUNK_BYTES = 1 << 20;

async function compressionOf(file) {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const magic = buffer.subarray(0, bytesRead).toString('hex');
    if (magic.startsWith('1f8b')) return 'gzip';
    return magic === '28b52ffd' ? 'zstd' : 'none';
  } finally {
    await handle.close();
  }
}

async function* decompressZstd(input) {
  let ready = [];
  const decompressor = new Decompress((part) => ready.push(part));
  for await (const chunk of input) {
    decompressor.push(chunk);
    yield* ready;
    ready = [];
  }
  decompressor.push(new Uint8Array(0), true);
  yield* ready;
}

async function* readBytes(file) {
  const compression = await compressionOf(file);
  const input = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (compression === 'gzip') {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    input.on('error', (error) => gunzip.destroy(error));
    yield* input.pipe(gunzip);
  } else if (compression === 'zstd') {
    yield* decompressZstd(input);
  } else {
    yield* input;
  }
}

// Node adds functions to a time line while it writes it, after their number: the engine would lose these.
const LATE_FUNCTIONS = 256;

function withLateFunctions(header) {
  return header.replace(/("trace_function_count":\s*)([1-9]\d*)/, (_, key, count) => key + (Number(count) + LATE_FUNCTIONS));
}

/**
 * Reads a `.heapsnapshot` file, plain, gzip or zstd, as the DevTools would.
 *
 * @param {string} file
 * @param {{lateFunctions?: boolean}} options whether to read more functions than the header says; those that the file
 *   lacks allocated nothing, so that no view has them
 * @returns {Promise<object>} the engine's snapshot, ready for questions
 */
export async function openSnapshot(file, { lateFunctions = false } = {}) {
  const loader = new HeapSnapshotLoader({ sendEvent() {} });
  const decoder = new TextDecoder();
  let isFirst = true;
  for await (const bytes of readBytes(file)) {
    const text = decoder.decode(bytes, { stream: true });
    loader.write(isFirst && lateFunctions ? withLateFunctions(text) : text);
    isFirst = false;
    await nextTurn(); // lets the parser take the chunk, so that chunks do not pile up
  }
  loader.write(decoder.decode());
  loader.close();
  const { port1, port2 } = new MessageChannel();
  const warn = console.warn;
  console.warn = () => {}; // lists unreachable nodes, which the columns tell as well
  try {
    new SecondaryInitManager(port2);
    return await loader.buildSnapshot(port1);
  } catch (error) {
    throw new Error(`${file}: ${error?.message ?? error}`);
  } finally {
    console.warn = warn;
    port1.close();
  }
}
