// One AbortController for the whole process, and a listener on its signal for every download.

import { setMaxListeners } from 'node:events';

const controller = new AbortController();
setMaxListeners(0, controller.signal);

class Download {
  constructor(url) {
    this.url = url;
    this.chunks = [];
    this.state = 'running';
  }

  cancel() {
    this.state = 'cancelled';
    this.chunks.length = 0;
  }
}

async function fetchFile(url, { signal }) {
  const download = new Download(url);
  signal.addEventListener('abort', () => download.cancel());
  for (let part = 0; part < 3; part++) {
    await null;
    download.chunks.push(`${url}#${part}`);
  }
  download.state = 'done';
  return download.chunks.length;
}

export async function work(number) {
  await fetchFile(`https://files.example/${number}`, { signal: controller.signal });
}
