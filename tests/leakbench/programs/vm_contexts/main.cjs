'use strict';

// User scripts run in contexts of their own, which are kept "for the next run".

const vm = require('node:vm');

const sandboxes = new Map();

function run(scriptId, code) {
  if (!sandboxes.has(scriptId)) {
    sandboxes.set(scriptId, vm.createContext({ scriptId, result: null }));
  }
  return vm.runInContext(code, sandboxes.get(scriptId));
}

exports.work = (number) => run(`script-${number}`, `result = ${number} * 2`);
