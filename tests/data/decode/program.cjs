'use strict';
// Holds one of everything that heapnb decodes under the global `decoded`, takes a snapshot of itself, and writes down
// what is in it:
//
//   node program.cjs SNAPSHOT EXPECTED
//
// What the snapshot leaves out, entries of nothing but small integers above all, is left out of the expectation too.

const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const v8 = require('node:v8');

const held = {};
const expected = { version: process.versions.node, collections: {}, entries: {}, fields: {}, previews: {} };
globalThis.decoded = held;
globalThis.addedGlobal = { added: 'global' };
expected.globals = { added: ['addedGlobal', 'decoded'], builtIn: ['Array', 'setTimeout', 'process', 'queueMicrotask'] };

// -- collections ------------------------------------------------------------------------------------------------------

class Parcel {
  constructor(number) {
    this.label = `parcel ${number}`;
  }
}
class Registry extends Map {}

const isNumber = (value) => typeof value === 'number';

function text(value) {
  if (isNumber(value)) return null;
  if (typeof value === 'string') return value;
  return value.constructor === Object ? `{${Object.keys(value).join(', ')}}` : value.constructor.name;
}

function expectCollection(name, kind, rows, { isExact = true } = {}) {
  const shown = rows.filter((row) => row.some((value) => !isNumber(value)));
  expected.collections[name] = { kind, entryCount: shown.length, size: rows.length };
  if (isExact) expected.entries[name] = shown.map((row) => row.map(text));
}

function map(name, rows, kind = 'Map', Type = Map) {
  held[name] = new Type(rows);
  expectCollection(name, kind, rows);
}

map('map', [['one', new Parcel(1)], ['two', new Parcel(2)], [{ k: 'key' }, 'three'], [4, 'four'], ['five', 5], [6, 6]]);
map('largeMap', Array.from({ length: 150 }, (_, i) => [`key ${i}`, `value ${i}`]));
map('registry', [['only', new Parcel(3)]], 'Map', Registry);
map('emptyMap', []);
held.mapOfNumbers = new Map(Array.from({ length: 40 }, (_, i) => [i, i]));
held.shrunkMap = new Map(Array.from({ length: 20 }, (_, i) => [`kept ${i}`, `at ${i}`]));
for (let i = 0; i < 20; i += 2) held.shrunkMap.delete(`kept ${i}`);
expectCollection('shrunkMap', 'Map', [...held.shrunkMap]);

held.set = new Set(['a', 'b', { c: 'c' }, 7]);
expectCollection('set', 'Set', [...held.set].map((member) => [member]));

held.weakKeys = [{ name: 'first' }, { surname: 'second' }];
const weakRows = [[held.weakKeys[0], { weak: 'value 1' }], [held.weakKeys[1], { frail: 'value 2' }]];
held.weakMap = new WeakMap(weakRows);
held.weakSet = new WeakSet(held.weakKeys);
expectCollection('weakMap', 'WeakMap', weakRows);
expectCollection('weakSet', 'WeakSet', held.weakKeys.map((key) => [key]));

held.array = ['x', { y: 'y' }, 'z'];
expectCollection('array', 'Array', held.array.map((value, i) => [String(i), value]));
held.pushed = [];
for (let i = 0; i < 100; i++) held.pushed.push(new Parcel(i));
expectCollection('pushed', 'Array', held.pushed.map((value, i) => [String(i), value]));
held.arrayOfNumbers = Array.from({ length: 50 }, (_, i) => i);
held.sparse = ['first'];
held.sparse[100_000] = 'far';
expectCollection('sparse', 'Array', Object.entries(held.sparse));

held.dictionary = {};
for (let i = 0; i < 150; i++) held.dictionary[`item-${i}`] = `value of ${i}`;
held.dictionaryOfNumbers = {};
for (let i = 0; i < 60; i++) held.dictionaryOfNumbers[`number-${i}`] = i;
held.byNumber = {};
for (let i = 0; i < 60; i++) held.byNumber[1000 + i * 7] = `by number ${i}`;
held.withoutPrototype = Object.assign(Object.create(null), { a: 'A', b: 'B' });
for (const name of ['dictionary', 'dictionaryOfNumbers', 'byNumber', 'withoutPrototype']) {
  expectCollection(name, 'object', Object.entries(held[name]));
}

// -- values -----------------------------------------------------------------------------------------------------------

class Account {
  #secret;
  #attempts = 3;

  constructor(secret) {
    this.#secret = { secret };
    this.owner = 'Ann';
    this[Symbol('mark')] = { marked: 'with a symbol' };
  }

  get secret() {
    return [this.#secret, this.#attempts];
  }
}
held.account = new Account('hidden');
expected.fields.account = { '#secret': 'private', owner: 'property', '<symbol mark>': 'symbol' };

function add(left, right) {
  return left + right;
}
held.bound = add.bind({ me: 'this' }, { first: 'argument' }, 'second');
expected.fields.bound = {
  '[[BoundTargetFunction]]': 'slot',
  '[[BoundThis]]': 'slot',
  '[[BoundArguments]][0]': 'slot',
  '[[BoundArguments]][1]': 'slot',
};
expected.previews.bound = 'function bound add(…) {this: {me: "this"}, 0: {first: "argument"}, 1: "second"}';

held.proxy = new Proxy({ target: 'object' }, { marked: 'handler' });
expected.fields.proxy = { '[[ProxyTarget]]': 'slot', '[[ProxyHandler]]': 'slot' };
expected.previews.proxy = 'Proxy {target: {target: "object"}, handler: {marked: "handler"}}';

held.generator = (function* countUp() {
  const local = { inside: 'generator' };
  yield local;
})();
held.generator.next();
expected.fields.generator = { '[[GeneratorFunction]]': 'slot' };
expected.previews.generator = '<suspended call of countUp>';

held.weakRef = new WeakRef(held.weakKeys[0]);
expected.fields.weakRef = { '[[WeakRefTarget]]': 'slot' };
expected.previews.weakRef = 'WeakRef {{name: "first"}}';
held.regexp = /ab+c/gi;
expected.previews.regexp = '/ab+c/';
held.date = new Date(1_700_000_000_000);
expected.previews.date = 'new Date(?)';

// -- scopes -----------------------------------------------------------------------------------------------------------

function makeScope(label) {
  const used = { used: label };
  const unused = { unused: label };
  return [
    function readUsed() {
      return used;
    },
    function readUnused() {
      return unused;
    },
  ];
}
held.scopes = [...makeScope('first scope'), ...makeScope('second scope')];
expected.contexts = [
  { function: 'makeScope', variables: ['unused', 'used'], closureCount: 2, functionCount: 2, contextCount: 2 },
];

// -- listeners --------------------------------------------------------------------------------------------------------

class Ticker extends EventEmitter {}
held.emitter = new Ticker();
held.emitter.on('tick', function onTick() {});
held.emitter.on('tick', function onTickAgain() {});
held.emitter.once('done', function onDone() {});
held.emitter.on(Symbol('special'), function onSpecial() {});
held.target = new EventTarget();
held.target.addEventListener('open', function onOpen() {});
held.target.addEventListener('open', function onOpenAgain() {});
held.target.addEventListener('close', { handleEvent() {} });
held.controller = new AbortController();
held.controller.signal.addEventListener('abort', function onAbort() {});
expected.listeners = [
  { kind: 'EventEmitter', event: 'tick', function: 'onTick', once: false, count: 2 },
  { kind: 'EventEmitter', event: 'tick', function: 'onTickAgain', once: false, count: 2 },
  { kind: 'EventEmitter', event: 'done', function: 'onDone', once: true, count: 1 },
  { kind: 'EventEmitter', event: '<symbol special>', function: 'onSpecial', once: false, count: 1 },
  { kind: 'EventTarget', event: 'open', function: 'onOpen', once: false, count: 2 },
  { kind: 'EventTarget', event: 'open', function: 'onOpenAgain', once: false, count: 2 },
  { kind: 'EventTarget', event: 'close', function: null, once: false, count: 1 },
  { kind: 'EventTarget', event: 'abort', function: 'onAbort', once: false, count: 1 },
];

// -- timers -----------------------------------------------------------------------------------------------------------

held.timeout = setTimeout(function onTimeout() {}, 12_345, { extra: 'argument' });
held.interval = setInterval(function onInterval() {}, 54_321);
held.unreferenced = setTimeout(function onUnreferenced() {}, 12_345).unref();
held.cleared = setTimeout(function onCleared() {}, 4_321);
clearTimeout(held.cleared);
expected.timers = [
  { function: 'onTimeout', kind: 'timeout', state: 'scheduled', delay: 12_345, keepsAlive: true },
  { function: 'onInterval', kind: 'interval', state: 'scheduled', delay: 54_321, keepsAlive: true },
  { function: 'onUnreferenced', kind: 'timeout', state: 'scheduled', delay: 12_345, keepsAlive: false },
  { function: 'onImmediate', kind: 'immediate', state: 'scheduled', delay: null, keepsAlive: true },
];

// -- promises ---------------------------------------------------------------------------------------------------------

held.pending = new Promise((resolve) => {
  held.settle = resolve;
});
held.reacted = held.pending.then(function onValue(value) {
  return value;
});
async function waitForPending() {
  await held.pending;
}
held.waiting = waitForPending();
held.chained = new Promise(() => {});
held.afterwards = held.chained.then(
  function onFulfilled(value) {
    return value;
  },
  function onRejected(error) {
    throw error;
  },
);
held.fulfilled = Promise.resolve({ result: 'of promise' });
held.rejected = Promise.reject(new RangeError('refused'));
held.rejected.catch(() => {});
expected.promises = {
  pending: { state: 'pending', reactionCount: 2, awaitedBy: 'waitForPending' },
  chained: { state: 'pending', reactionCount: 1, awaitedBy: null, handler: 'onFulfilled' },
  waiting: { state: 'pending', reactionCount: 0, awaitedBy: null, returnedBy: 'waitForPending' },
  fulfilled: { state: 'settled', reactionCount: 0, awaitedBy: null },
  rejected: { state: 'settled', reactionCount: 0, awaitedBy: null },
};

// -- buffers ----------------------------------------------------------------------------------------------------------

held.buffer = Buffer.alloc(5000, 1);
held.slices = [Buffer.from('small one'), Buffer.from('small two')];
held.arrayBuffer = new ArrayBuffer(3000);
held.view = new Uint8Array(held.arrayBuffer, 0, 10);
held.floats = new Float64Array(held.arrayBuffer, 0, 5);
held.dataView = new DataView(held.arrayBuffer);
held.inHeap = new Uint16Array(8);
held.shared = new SharedArrayBuffer(1000);
expected.buffers = {
  buffer: { kind: 'view', storeBytes: 5000, viewCount: 1, byteLength: 5000, isSlab: false },
  arrayBuffer: { kind: 'buffer', storeBytes: 3000, viewCount: 3, byteLength: 3000, isSlab: true },
  view: { kind: 'view', storeBytes: 3000, viewCount: 3, byteLength: null, isSlab: true },
  floats: { kind: 'view', storeBytes: 3000, viewCount: 3, byteLength: null, isSlab: true },
  dataView: { kind: 'view', storeBytes: 3000, viewCount: 3, byteLength: null, isSlab: true },
  inHeap: { kind: 'view', storeBytes: 0, viewCount: 1, byteLength: 16, isSlab: false },
  shared: { kind: 'buffer', storeBytes: 1000, viewCount: 0, byteLength: 1000, isSlab: false },
};

// -- modules ----------------------------------------------------------------------------------------------------------

const pluginFile = path.join(__dirname, 'plugin.cjs');
fs.writeFileSync(pluginFile, "module.exports = { plugin: 'exports' };\n");
held.plugins = [];
for (let i = 0; i < 3; i++) {
  delete require.cache[pluginFile];
  require(pluginFile);
  held.plugins.push(require.cache[pluginFile]);
}
held.module = module;
expected.modules = [
  { filename: __filename, copies: 1, childCount: module.children.length, loaded: false },
  { filename: pluginFile, copies: 3, childCount: 0, loaded: true },
];

// -- network ----------------------------------------------------------------------------------------------------------

held.server = http.createServer((request, response) => finish(request, response));
held.closedServer = net.createServer();
expected.sockets = {
  server: { kind: 'server', state: 'open', handle: 'TCP' },
  closedServer: { kind: 'server', state: 'closed', handle: null },
  request: { kind: 'request', state: null, handle: null },
  socket: { kind: 'socket', state: 'open', handle: 'TCP' },
};
held.server.listen(0, '127.0.0.1', () => {
  held.request = http.get({ port: held.server.address().port, host: '127.0.0.1' });
  held.request.on('error', () => {});
});

function finish(request) {
  held.socket = request.socket;
  held.immediate = setImmediate(function onImmediate() {});
  expected.modules[0].loaded = module.loaded;
  v8.writeHeapSnapshot(process.argv[2]);
  fs.writeFileSync(process.argv[3], `${JSON.stringify(expected)}\n`);
  process.exit(0);
}
