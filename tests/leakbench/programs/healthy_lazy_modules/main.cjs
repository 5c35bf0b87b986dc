'use strict';

// Formats are loaded when they are first asked for; some only late.

const loaders = [
  () => require('ejs'),
  () => require('handlebars'),
  () => require('lodash'),
  () => require('ajv'),
  () => require('generic-pool'),
  () => require('koa'),
  () => require('mobx'),
  () => require('redux'),
];

const formats = {};

function format(number) {
  const which = Math.min(loaders.length - 1, Math.floor(number / 16));
  formats[which] ??= loaders[which]();
  return Object.keys(formats[which]).length;
}

exports.work = async (number) => format(number);
