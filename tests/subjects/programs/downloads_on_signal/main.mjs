// Listeners of an AbortSignal: Node wraps each function in a Listener.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

class Download {
  constructor(number) {
    this.url = `https://files.example/${number}`;
    this.state = 'running';
  }
}

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);

async function fetchFile(number) {
  const download = new Download(number);
  shutdown.signal.addEventListener('abort', function cancel() {
    download.state = 'cancelled';
  });
  await null;
  download.state = 'done';
}

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) await fetchFile(number++);
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
