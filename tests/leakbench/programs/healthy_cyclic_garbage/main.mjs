// Much of everything, all of it in cycles, and none of it is kept.

import { EventEmitter } from 'node:events';

class Node_ {
  constructor(name, parent) {
    this.name = name;
    this.parent = parent;
    this.children = [];
    this.events = new EventEmitter();
    this.events.on('change', () => this.parent?.touch());
    parent?.children.push(this);
  }

  touch() {
    this.touched = true;
  }
}

export async function work(number) {
  const root = new Node_(`root-${number}`, null);
  let at = root;
  for (let i = 0; i < 20; i++) at = new Node_(`${number}.${i}`, at);
  at.events.emit('change');
  await new Promise((resolve) => setTimeout(resolve, 0));
  return root.children.length;
}
