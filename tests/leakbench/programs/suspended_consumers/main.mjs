// Each page view opens a live feed; feeds wait for the next message in a list and are not returned.

class Topic {
  waiting = [];

  next() {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  publish(message) {
    for (const resolve of this.waiting.splice(0)) resolve(message);
  }
}

const topic = new Topic();

async function* feed(viewer) {
  const seen = [];
  for (;;) {
    const message = await topic.next();
    if (!seen.includes(message.id)) {
      seen.push(message.id);
      yield { viewer, message };
    }
  }
}

class Viewer {
  constructor(number) {
    this.number = number;
    this.preferences = { dark: number % 2 === 0, rows: 25 };
  }
}

export async function work(number) {
  const stream = feed(new Viewer(number));
  void stream.next();
  await null;
}
