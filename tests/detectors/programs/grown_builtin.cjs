"use strict";
// A list on a built-in object that every module can reach.
class Plugin {
  constructor(i) {
    this.name = `plugin ${i}`;
  }
}

Intl.plugins = [];
exports.unit = (i) => {
  Intl.plugins.push(new Plugin(i));
};
