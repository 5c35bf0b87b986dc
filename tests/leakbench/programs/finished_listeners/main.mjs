// `finished` on a stream that lives for ever, for every message written to it.

import { Writable, finished } from 'node:stream';

const archive = new Writable({
  write(chunk, encoding, done) {
    done();
  },
});
archive.setMaxListeners(0);

function store(message) {
  const receipt = { id: message.id, stored: false, text: JSON.stringify(message) };
  finished(archive, () => {
    receipt.stored = true;
  });
  archive.write(receipt.text);
  return receipt;
}

export async function work(number) {
  store({ id: `m${number}`, parts: ['head', 'body'] });
  await null;
}
