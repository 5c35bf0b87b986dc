// Waiting for `drain` on a connection that never fills up: the promise of `once` stays open.

import { EventEmitter, once } from 'node:events';

class Uplink extends EventEmitter {
  written = 0;

  write(frame) {
    this.written += frame.length;
    return true;
  }
}

const uplink = new Uplink();
uplink.setMaxListeners(0);

async function sendReport(report) {
  const text = JSON.stringify(report);
  uplink.write(text);
  await once(uplink, 'drain');
  return text.length;
}

export async function work(number) {
  sendReport({ number, rows: [1, 2, 3, 4], title: `report ${number}` }).catch(() => {});
  await null;
}
