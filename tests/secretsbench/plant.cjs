// Plants the texts of a corpus in a heap, each in one structure, and writes snapshots of it:
//     node plant.cjs corpus.json folder
// `corpus.json` has the round, which decides what structure holds which text, and a list of [role, name, text, structure].
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const [, , input, folder] = process.argv;

// A string of its own, neither a rope nor a slice.
const flat = (text) => Buffer.from(text).toString('utf8');
const isIdentifier = (name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
const halves = (text) => [flat(text.slice(0, text.length >> 1)), flat(text.slice(text.length >> 1))];
// A rope: V8 joins strings of 13 characters and more lazily.
const rope = (text, before = '') => {
  const [a, b] = halves(text);
  return before + a + b;
};
const padding = 'padding that makes the parent of a slice long enough: ';

class Holder {
  constructor(content) {
    this.content = content;
  }
}

class Secretive {
  #pw;
  constructor(value) {
    this.#pw = value;
  }
  check(value) {
    return this.#pw === value;
  }
}

// Structures in which a name makes a value secret.
const named = {
  property: (n, s) => ({ [n]: s, port: 5432 }),
  map: (n, s) => new Map([[n, s], ['region', 'eu']]),
  pair: (n, s) => [n, s],
  nameAndValue: (n, s) => ({ name: n, value: s }),
  keyAndValue: (n, s) => ({ key: n, value: s }),
  raw_headers: (n, s) => ['Host', 'shop.example', n, s, 'Accept', '*/*'],
  json: (n, s) => flat(JSON.stringify({ id: 7, settings: { [n]: s } })),
  jsonInJson: (n, s) => flat(JSON.stringify({ body: JSON.stringify({ [n]: s }) })),
  closure: (n, s) => (isIdentifier(n) ? vm.runInThisContext(`((${n}) => () => ${n}.length)`)(s) : { [n]: s }),
  privateField: (n, s) => (/^#?pw$|pass/i.test(n) ? new Secretive(s) : { [n]: s }),
  environment: (n, s) => ({ PATH: '/usr/bin:/bin', HOME: '/home/shop', USER: 'shop', SHELL: '/bin/sh', [n]: s }),
  formData: (n, s) => {
    const form = new FormData();
    form.append(n, s);
    form.append('page', '2');
    return form;
  },
  query: (n, s) => flat(`/login?${encodeURIComponent(n)}=${encodeURIComponent(s)}&page=2`),
  arguments: (n, s) => ['node', 'app.js', `--${n}`, s, '--verbose'],
  cookie: (n, s) => flat(`Cookie: theme=dark; ${n}=${s.replaceAll(' ', '+')}; lang=de`),
  characters: (n, s) => ({ [n]: [...s] }),
  element: (n, s) => flat(`<account><${n}>${s}</${n}></account>`),
  yaml: (n, s) => flat(`host: db\n${n}: ${s}\nport: 5432\n`),
  array: (n, s) => ({ [n]: [s] }),
  buffer: (n, s) => ({ [n]: Buffer.from(s) }),
  rope: (n, s) => ({ [n]: rope(s) }),
  slice: (n, s) => ({ [n]: flat(padding + s).slice(padding.length) }),
  headers: (n, s) => (/^[\w.-]+$/.test(n) ? new Headers([[n, s]]) : { [n]: s }),
  form: (n, s) => flat(`page=2&${encodeURIComponent(n)}=${encodeURIComponent(s)}`),
  option: (n, s) => flat(`deploy --${n}=${s}`),
  copied: (n, s) => [{ [n]: flat(s) }, flat(`the customer wrote ${s} in the chat`)],
};
// Structures for texts that are secret by themselves, or that say what is secret in them.
const plain = {
  property: (s) => ({ data: s }),
  list: (s) => ['first', s, 'last'],
  mapValue: (s) => new Map([['data', s]]),
  mapKey: (s) => new Map([[s, { since: 1 }]]),
  key: (s) => ({ [s]: { since: 1 } }),
  sentence: (s) => flat(`upstream said ${s}`),
  json: (s) => flat(JSON.stringify({ data: { item: s } })),
  jsonInJson: (s) => flat(JSON.stringify({ body: JSON.stringify({ item: s }) })),
  closure: (s) => ((data) => () => data.length)(s),
  percent: (s) => flat(`/next?to=${encodeURIComponent(s)}`),
  base64: (s) => Buffer.from(s).toString('base64'),
  rope: (s) => ({ data: rope(s, 'got ') }),
  slice: (s) => flat(padding + s).slice(padding.length),
  set: (s) => new Set([s]),
  error: (s) => new Error(flat(`rejected ${s}`)),
  symbol: (s) => Symbol(flat(s)),
  url: (s) => new URL(`https://shop.example/a?next=${encodeURIComponent(s)}`),
  buffer: (s) => Buffer.from(s),
  characters: (s) => [...s],
  lines: (s) => flat(`started\n${s}\nstopped`),
};
// Texts need their context whole.
const ofTexts = ['property', 'list', 'mapValue', 'json', 'jsonInJson', 'closure', 'rope', 'slice', 'lines', 'mapKey', 'set', 'error'];
const harmless = ['property', 'list', 'mapValue', 'closure', 'set'];
// Locations: functions of scripts whose URL has user, password or token.
const scripts = [
  (s) => `https://ada:${encodeURIComponent(s)}@cdn.example/app/handlers.js`,
  (s) => `https://cdn.example/app/handlers.js?token=${encodeURIComponent(s)}`,
  (s) => `file:///srv/app/releases/handlers.js?api_key=${encodeURIComponent(s)}`,
];

const names = Object.keys(named);
const kinds = Object.keys(plain);
const held = [];
globalThis.planted = held;
const told = [];

function plant([role, name, text, structure], number, round) {
  const s = flat(text);
  const turn = number + round * 7;
  if (role === 'harmless') {
    structure = name ? 'property' : harmless[turn % harmless.length];
    held.push(new Holder(name ? { [name]: s } : plain[structure](s)));
  } else if (name) {
    structure = structure ?? names[turn % names.length];
    held.push(new Holder(named[structure](name, s)));
  } else if (role === 'text') {
    structure = ofTexts[turn % ofTexts.length];
    held.push(new Holder(plain[structure](s)));
  } else if (turn % 12 === 11 && text.length < 200 && !text.includes('\n') && role === 'shape') {
    structure = 'script';
    const url = scripts[turn % scripts.length](text);
    held.push(new Holder(new vm.Script('(function handle(a) { return a + 1; })', { filename: url }).runInThisContext()));
  } else {
    structure = kinds[turn % kinds.length];
    held.push(new Holder(plain[structure](s)));
  }
  told.push(structure);
}

// Leaks that a report names: their tables have secrets for names, their classes are defined in scripts with secrets in the URL, and
// their objects hold secrets.
const leaks = {};
globalThis.leaks = leaks;

function leak(entries, round) {
  const shapes = entries.filter(([role, , text]) => role === 'shape' && text.length < 150 && !/[\s"']/.test(text));
  const names = entries.filter(([role, name]) => role === 'named' && name);
  for (let i = 0; i < 8; i++) {
    const [, , key] = shapes[(5 * i + round) % shapes.length];
    const [, , token] = shapes[(5 * i + round + 1) % shapes.length];
    const [, name, value] = names[(7 * i + round) % names.length];
    const url = scripts[i % scripts.length](token);
    const make = new vm.Script(`(class Order${i} { constructor(v) { this.settings = v; this.lines = [1.5, 2.5]; } })`, { filename: url });
    const Order = make.runInThisContext();
    const table = (leaks[key] ??= new Map());
    const n = 120 + 40 * i;
    for (let k = 0; k < n; k++) table.set(table.size, new Order({ [name]: flat(value) }));
  }
}

// Nothing of the corpus itself stays in the heap.
function plantPart(part) {
  const { round, entries } = JSON.parse(fs.readFileSync(input, 'utf8'));
  const half = Math.ceil(entries.length / 2);
  if (part < 2) entries.forEach((entry, i) => i < half === (part === 0) && plant(entry, i, round));
  leak(entries, round);
}

for (const part of [0, 1, 2]) {
  plantPart(part);
  if (part === 2) fs.writeFileSync(path.join(folder, 'structures.json'), JSON.stringify(told));
  global.gc();
  v8.writeHeapSnapshot(path.join(folder, `s${part + 1}.heapsnapshot`));
}
