// A worker waits for one message at a time, until the process is told to stop.
import { EventEmitter, once, setMaxListeners } from 'node:events';

const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
const inbox = new EventEmitter();

async function receive() {
  const [message] = await once(inbox, 'message', { signal: stopping.signal });
  return message.text.length;
}

export async function work(number) {
  for (let part = 0; part < 5; part++) {
    setImmediate(() => inbox.emit('message', { text: `message ${number}.${part}` }));
    await receive();
  }
}
