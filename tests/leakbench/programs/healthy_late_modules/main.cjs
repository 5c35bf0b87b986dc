'use strict';

// Modules that are first needed late, some of them after the second snapshot.

const load = {
  20: () => require('ejs'),
  70: () => require('mobx'),
  110: () => require('generic-pool'),
  180: () => require('handlebars'),
  240: () => require('koa'),
  300: () => require('redux'),
};

const loaded = {};

exports.work = async (number) => {
  if (load[number]) loaded[number] = load[number]();
};
