// The last 200 requests for a status page, in a ring.

class RequestRecord {
  constructor(number) {
    this.path = `/items/${number}`;
    this.milliseconds = number % 17;
    this.headers = { accept: '*/*', host: 'items.example' };
  }
}

class RingBuffer {
  #slots;
  #next = 0;

  constructor(size) {
    this.#slots = new Array(size).fill(undefined);
  }

  push(item) {
    this.#slots[this.#next++ % this.#slots.length] = item;
  }
}

const recent = new RingBuffer(200);

export const work = (number) => {
  recent.push(new RequestRecord(number));
  recent.push(new RequestRecord(-number));
};
