'use strict';

// More arrives than is served, or as much, in queues of several makes.

class Message {
  constructor(number) {
    this.to = `user ${number}`;
    this.body = `hello ${number} `.repeat(5);
  }
}

class ArrayQueue {
  items = [];
  push(item) {
    this.items.push(item);
  }
  shift() {
    return this.items.shift();
  }
}

class PrivateQueue {
  #waiting = [];
  push(item) {
    this.#waiting.push(item);
  }
  shift() {
    return this.#waiting.shift();
  }
}

class LinkedQueue {
  head = null;
  tail = null;
  push(value) {
    const link = { value, next: null };
    if (this.tail) this.tail.next = link;
    else this.head = link;
    this.tail = link;
  }
  shift() {
    const link = this.head;
    this.head = link?.next ?? null;
    this.tail &&= this.head && this.tail;
    return link?.value;
  }
}

/** A queue with an index of its first item; it is copied when too many places before that are empty. */
class SlicedQueue {
  pending = [];
  first = 0;
  push(item) {
    this.pending.push(item);
  }
  shift() {
    if (this.first >= this.pending.length) return;
    this.pending[this.first++] = undefined;
    if (this.first > 50) {
      this.pending = this.pending.slice(this.first);
      this.first = 0;
    }
  }
}

const MAKES = { array: ArrayQueue, private: PrivateQueue, linked: LinkedQueue, sliced: SlicedQueue };

exports.start = ({ make, arrivals, served, bound = Infinity, drains = false }) => {
  const queue = new MAKES[make]();
  let length = 0;
  let number = 0;
  let owed = 0;
  const serve = () => {
    if (length === 0) return;
    queue.shift();
    length--;
  };
  const work = () => {
    for (let i = 0; i < arrivals; i++, number++) {
      if (length >= bound) continue;
      queue.push(new Message(number));
      length++;
    }
    for (owed += served; owed >= 1; owed--) serve();
  };
  const rest = () => {
    while (drains && length > 0) serve();
  };
  return { work, rest };
};
