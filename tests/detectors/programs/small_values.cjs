'use strict';

// Listeners by the name of their event: the names are larger than the lists that are left behind.
const listeners = {};

exports.unit = (number) => {
  const event = `answer to request number ${number} of this session`;
  listeners[event] = [];
};
