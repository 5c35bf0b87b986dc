// A feed that hands its messages over to later turns of the event loop, for the life of the process.

import { Subject, asapScheduler, observeOn } from 'rxjs';

class Message {
  constructor(number) {
    this.number = number;
    this.words = `message ${number} of the feed`.split(' ');
  }
}

const feed = new Subject();
let seen = () => {};

feed.pipe(observeOn(asapScheduler)).subscribe((message) => seen(message.words.length));

export async function work(number) {
  const handled = new Promise((resolve) => {
    seen = resolve;
  });
  feed.next(new Message(number));
  await handled;
}
