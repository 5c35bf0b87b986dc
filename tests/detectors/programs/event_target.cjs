'use strict';

// Listeners of an EventTarget: a linked list inside Node.
const target = new EventTarget();
require('node:events').setMaxListeners(0, target);

class Panel {
  constructor(number) {
    this.title = `panel ${number}`;
  }
}

function attach(panel) {
  target.addEventListener('resize', () => { panel.width = 1; });
}

exports.unit = async (number) => attach(new Panel(number));
