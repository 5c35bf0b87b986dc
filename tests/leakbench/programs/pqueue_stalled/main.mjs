// One upload never answers, and behind it the queue grows: concurrency 1, no time-out.

import PQueue from 'p-queue';

const uploads = new PQueue({ concurrency: 1 });

class Upload {
  constructor(number) {
    this.name = `scan-${number}.png`;
    this.bytes = Buffer.alloc(64, number & 255).toString('base64');
  }

  send() {
    if (this.name === 'scan-3.png') return new Promise(() => {});
    return Promise.resolve(this.bytes.length);
  }
}

export async function work(number) {
  const upload = new Upload(number);
  uploads.add(() => upload.send());
  await null;
}
