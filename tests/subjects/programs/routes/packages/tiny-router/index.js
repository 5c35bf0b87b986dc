'use strict';

function Layer(path, handle) {
  this.path = path;
  this.keys = [];
  this.handle = handle;
}

function Router() {
  this.stack = [];
  this.caseSensitive = undefined;
}

Router.prototype.get = function get(path, handle) {
  this.stack.push(new Layer(path, handle));
  return this;
};

exports.Router = Router;
