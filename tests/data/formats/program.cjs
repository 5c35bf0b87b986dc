'use strict';

// The heap that every producer writes: a little of everything that a reader has to get right. It runs in Node 8 as well
// as in the newest Node, in Bun and in Deno. The only argument is the file to write.

const fs = require('fs');

class Parcel {
  constructor(number, previous) {
    this.number = number;
    this.previous = previous;
    this.label = `parcel ${number}`;
    this[number] = 'element';
  }
}

function makeCounter(start) {
  let count = start;
  const history = ['counted'];
  return function countUp() {
    count += 1;
    history.push(count);
    return history.length;
  };
}

const hostile = {
  markup: '</script><script>alert("markup")</script>',
  quotes: 'double " single \' back ` slash \\ /',
  lines: 'first\nsecond\r\nthird\u2028fourth\ttab',
  controls: 'bell \u0007 escape \u001b[31m delete \u007f nul \u0000 end',
  emoji: 'smile \u{1F600} and \u00e4\u00f6\u00fc \u4f60\u597d',
  loneHigh: 'lone \ud83d high',
  loneLow: 'lone \ude00 low',
  json: '],"nodes":[1,2,3],"edges":[',
  long: 'abcdefghij'.repeat(500),
  longEmoji: 'x'.repeat(1023) + '\u{1F600}',
  '</style><b>key</b>': 1.5,
  'key with "quotes" and \\': true,
  'key\nwith newline': null,
  '007': 'a name that only looks like an index',
  '-1': 'another one',
  4294967294: 'the largest index',
  4294967295: 'one too many for an index',
  '': 'the empty name',
};
// Names of V8's own edges, as ordinary properties.
Object.assign(hostile, { map: 1, elements: 'elements', context: 'context', '(GC roots)': 'not a root' });
Object.defineProperty(hostile, '__proto__', { value: 'own property', enumerable: true });

const className = '</title><img src=x onerror=alert(1)>';
const classes = { [className]: class extends Parcel {} };

globalThis_().formats = {
  parcels: [new Parcel(1, null), new Parcel(2, new Parcel(3, null))],
  hostile,
  hostileInstance: new classes[className](4, null),
  map: new Map([['key', { value: 1 }], [{ object: 'key' }, 'value']]),
  set: new Set(['member', 1, hostile]),
  weakMap: new WeakMap([[hostile, { heldBy: 'a weak key' }]]),
  weakSet: new WeakSet([hostile]),
  counter: makeCounter(41),
  bound: makeCounter.bind(null, 7),
  symbol: Symbol('a symbol'),
  date: new Date(0),
  regexp: /ab+c/gi,
  error: new RangeError('kept error'),
  buffer: new Uint8Array(3000),
  view: new DataView(new ArrayBuffer(64)),
  promise: Promise.resolve('settled'),
  sparse: Object.assign([], { 0: 'first', 100000: 'far' }),
  rope: `${hostile.long}!`,
  slice: hostile.long.slice(100, 200),
  generator: (function* numbers() { yield 1; })(),
};

function globalThis_() {
  return Function('return this')(); // `globalThis` came with Node 12
}

function writeWithInspector(file) {
  const session = new (require('inspector').Session)();
  const output = fs.openSync(file, 'w');
  session.connect();
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(output, params.chunk));
  session.post('HeapProfiler.takeHeapSnapshot', (error) => {
    session.disconnect();
    fs.closeSync(output);
    if (error) throw new Error(error.message);
  });
}

const file = process.argv[2];
const { writeHeapSnapshot } = require('v8');
if (writeHeapSnapshot) writeHeapSnapshot(file);
else writeWithInspector(file); // before Node 11.13
