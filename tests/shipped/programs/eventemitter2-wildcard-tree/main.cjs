'use strict';

// Answers to remote calls arrive as events with the number of the call, below one namespace.

const { EventEmitter2 } = require('eventemitter2');

const bus = new EventEmitter2({ wildcard: true, delimiter: '.', maxListeners: 100 });

bus.on('call', (id, amount) => bus.emit(id, amount * 2));

function call(number, callback) {
  const id = `rpc.answer-${number}`;
  bus.once(id, callback);
  bus.emit('call', id, number);
}

exports.work = (number) =>
  new Promise((resolve) => {
    call(number, resolve);
  });
