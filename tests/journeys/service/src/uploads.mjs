class Upload {
  constructor(number) {
    this.number = number;
    this.chunks = Array.from({ length: 10 }, (_, chunk) => `chunk ${chunk} of ${number}`);
  }
}

function confirmation() {
  // Nobody resolves it.
  return new Promise(() => {});
}

const waiting = new Set();

export async function receive(number) {
  const upload = new Upload(number);
  const confirmed = confirmation();
  waiting.add(confirmed);
  await confirmed;
  waiting.delete(confirmed);
  upload.chunks.length = 0;
}
