// A store keeps the functions that subscribe in a Set; what `subscribe` returns is dropped.
import { setTimeout as sleep } from 'node:timers/promises';

class Badge {
  constructor(number) {
    this.text = `badge ${number}`;
  }
}

function createStore(state) {
  const interested = new Set();
  return {
    read: () => state,
    write(next) {
      state = next;
      for (const one of interested) one(state);
    },
    subscribe(one) {
      interested.add(one);
      return () => interested.delete(one);
    },
  };
}

const store = createStore({ items: 0 });

function show(badge) {
  store.subscribe(function update(state) {
    badge.text = `${state.items} items`;
  });
}

let number = 0;
for (const size of [60, 60, 180]) {
  for (let left = size; left > 0; left--) show(new Badge(number++));
  process.emit('round');
  await sleep(400);
}
await sleep(60_000);
