'use strict';

// An event store in memory: a handful of types, and a list under each.

class StoredEvent {
  constructor(type, number) {
    this.type = type;
    this.number = number;
    this.payload = { text: `${type} ${number}` };
  }
}

class EventStore {
  constructor() {
    this.byType = {};
  }

  append(event) {
    (this.byType[event.type] ||= []).push(event);
  }
}

const store = new EventStore();
const TYPES = ['created', 'paid', 'packed', 'shipped'];

exports.work = (number) => {
  store.append(new StoredEvent(TYPES[number % TYPES.length], number));
  store.append(new StoredEvent(TYPES[(number + 1) % TYPES.length], number));
};
