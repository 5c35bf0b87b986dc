// A poller that calls itself at its end with `return await`: no call ever comes to an end.

let wake = () => {};

class Batch {
  constructor(number) {
    this.number = number;
    this.items = ['x', 'y', String(number)];
  }
}

async function poll(number) {
  const batch = new Batch(number);
  await new Promise((resolve) => (wake = resolve));
  try {
    return await poll(number + 1);
  } finally {
    batch.items.length = 0;
  }
}

void poll(0);

export async function work() {
  wake();
  await new Promise((resolve) => setImmediate(resolve));
}
