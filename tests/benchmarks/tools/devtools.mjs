// Opens a snapshot with the DevTools engine and makes the rows of Summary. As in Chrome, the retainers are indexed by
// a second thread meanwhile.

import { createReadStream } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

import { HeapSnapshotLoader, NodeFilter, SecondaryInitManager } from '../../oracle/dist/engine.mjs';

async function open(file) {
  const loader = new HeapSnapshotLoader({ sendEvent() {} });
  const decoder = new TextDecoder();
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 })) {
    loader.write(decoder.decode(bytes, { stream: true }));
    await nextTurn(); // lets the parser take the chunk, so that chunks do not pile up
  }
  loader.write(decoder.decode());
  loader.close();
  const { port1, port2 } = new MessageChannel();
  const second = new Worker(new URL(import.meta.url), { workerData: { port: port2 }, transferList: [port2] });
  console.warn = () => {};
  const snapshot = await loader.buildSnapshot(port1);
  await second.terminate();
  return snapshot;
}

if (isMainThread) {
  const snapshot = await open(process.argv[2]);
  const rows = Object.keys(snapshot.aggregatesWithFilter(new NodeFilter())).length;
  const edges = snapshot.containmentEdges.length / 3;
  process.stdout.write(JSON.stringify({ nodes: snapshot.nodeCount, edges, rows }));
  process.exit();
} else {
  new SecondaryInitManager(workerData.port);
}
