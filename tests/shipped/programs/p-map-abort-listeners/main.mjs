// Batches of uploads that share the signal of the process; top-level await reads the settings first.

import { setMaxListeners } from 'node:events';
import pMap from 'p-map';

const settings = await Promise.resolve({ concurrency: 2 });
const stop = new AbortController();
setMaxListeners(0, stop.signal);

class Upload {
  constructor(batch, part) {
    this.name = `${batch}/${part}`;
    this.checksum = null;
  }
}

async function send(upload) {
  await null;
  upload.checksum = upload.name.length;
  return upload.checksum;
}

export const work = async (number) => {
  const uploads = [0, 1, 2].map((part) => new Upload(number, part));
  await pMap(uploads, send, { concurrency: settings.concurrency, signal: stop.signal });
};
