#!/usr/bin/env node
// Writes V8 heap snapshots of a chosen size from a heap that looks like a busy service's.
//
//   node make_big_snapshot.mjs --target-mb 100 --out big.heapsnapshot
//   node make_big_snapshot.mjs --target-mb 100 --out big.heapsnapshot --growth
//
// The heap is built in a child process. Its size is counted in accounts; small pilot snapshots tell how many
// nodes, edges and bytes one account costs in this Node version, and from that follows the number of accounts that
// the target needs. With --growth one process writes big-before, big-after1 and big-after2, while it serves requests
// that leak (see `AuditTrail`). The content comes from a seeded generator; --accounts COUNT skips the pilots.

import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';

const MB = 1_000_000;
const PILOT_ACCOUNTS = 400;
const PRODUCT_COUNT = 500;
const PLUGIN_COUNT = 200;
const JOURNAL_ENTRIES_PER_ACCOUNT = 10;
const MESSAGES_PER_ACCOUNT = 112;
const REPEATED_MESSAGES = 2_000;
const KINDS = ['login', 'order', 'payment', 'refund', 'message', 'logout'];

/** A small seeded generator (mulberry32), so that every run builds the same heap. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// The service whose heap is captured.

class Product {
  constructor(sku) {
    this.sku = sku;
    this.title = `Product ${sku}`;
    this.price = { currency: 'EUR', cents: 100 + sku.length };
    this.related = [];
  }
}

class Address {
  constructor(street, city) {
    this.street = street;
    this.city = city;
    this.verified = true;
  }
}

class LineItem {
  constructor(order, product, quantity) {
    this.order = order;
    this.product = product;
    this.quantity = quantity;
  }
}

class Order {
  constructor(account, reference) {
    this.account = account;
    this.reference = reference;
    this.items = [];
    this.status = 'open';
  }
}

class GiftOrder extends Order {
  constructor(account, reference) {
    super(account, reference);
    this.greeting = `For ${account.email}`;
  }
}

class JournalEntry {
  constructor(previous, account, kind) {
    this.previous = previous;
    this.account = account;
    this.kind = kind;
  }
}

class Account {
  #sessionKey;

  constructor(email, address) {
    this.email = email;
    this.address = address;
    this.orders = [];
    this.settings = new Map();
    this.tags = new Set();
    this.onChange = null;
    this.#sessionKey = Symbol.for(KINDS[email.length % KINDS.length]);
  }

  get sessionKey() {
    return this.#sessionKey;
  }
}

/** The leak of --growth: every request is kept "for auditing" and nobody ever prunes the trail. */
class AuditTrail {
  constructor() {
    this.records = [];
  }

  record(request) {
    this.records.push(request);
  }
}

class RequestContext {
  constructor(account, number) {
    this.account = account;
    this.url = `/accounts/${account.email}/orders?page=p${number}`;
    this.headers = { host: 'shop.example', accept: 'application/json', trace: `t-${number}` };
    this.respond = (status) => `${status} ${this.url}`;
  }
}

/** Some hundred small modules of their own, so that class names and scripts are as many as in a real service. */
function loadPlugins() {
  const plugins = [];
  for (let i = 0; i < PLUGIN_COUNT; i++) {
    const source = `(class Plugin${i} {
      constructor(host) { this.host = host; this.options = { level: ${i}, label: 'plugin ${i}' }; }
      handle(event) { return () => [this, event]; }
    })`;
    plugins.push(new vm.Script(source, { filename: `/srv/shop/plugins/plugin${i}.js` }).runInThisContext());
  }
  return plugins;
}

class Shop extends EventEmitter {
  constructor() {
    super();
    this.random = seededRandom(20);
    this.catalogue = new Map();
    this.accounts = [];
    this.accountsByEmail = new Map();
    this.notes = new WeakMap();
    this.journal = null;
    this.pending = [];
    this.uploads = [];
    this.auditTrail = new AuditTrail();
    this.plugins = loadPlugins();
    this.requestCount = 0;
    this.products = [];
    for (let i = 0; i < PRODUCT_COUNT; i++) {
      const product = new Product(`sku-${i.toString(36)}`);
      product.related = this.products.slice(-5);
      this.products.push(product);
      this.catalogue.set(product.sku, product);
    }
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  addOrder(account, reference) {
    const order = this.random() < 0.1 ? new GiftOrder(account, reference) : new Order(account, reference);
    for (let i = 1 + Math.floor(this.random() * 5); i > 0; i--) {
      order.items.push(new LineItem(order, this.pick(this.products), i));
    }
    account.orders.push(order);
  }

  /** Strings as a service receives them: parsed, flat, many of them equal to those of other accounts. */
  parseInbox(number) {
    const messages = [];
    for (let i = 0; i < MESSAGES_PER_ACCOUNT; i++) {
      messages.push(`parcel ${Math.floor(this.random() * REPEATED_MESSAGES)} delivered`);
    }
    return JSON.parse(JSON.stringify({ owner: `owner ${number}`, messages }));
  }

  addAccount() {
    const number = this.accounts.length;
    const email = `user-${number.toString(36)}@${this.pick(KINDS)}.example`;
    const account = new Account(email, new Address(`Street ${number % 997}`, this.pick(KINDS)));
    for (let i = 0; i < 3; i++) this.addOrder(account, `order ${number}-${i}`);
    for (let i = 0; i < 4; i++) {
      account.settings.set(`setting-${i}`, { value: this.pick(KINDS), history: [{ at: i, by: email }] });
    }
    for (let i = 0; i < 5; i++) account.tags.add(this.pick(this.products));
    // Two closures over one context: what the listener and the undo keep is the same variables.
    const draft = { title: `draft of ${email}`, body: [1, 2, { deep: { deeper: { deepest: number } } }] };
    account.onChange = () => draft.title;
    account.undo = () => [draft, account];
    this.notes.set(account, { text: `note ${number}` });
    const plugin = this.plugins[number % this.plugins.length];
    account.plugin = new plugin(account);
    account.handler = account.plugin.handle(draft);
    for (let i = 0; i < JOURNAL_ENTRIES_PER_ACCOUNT; i++) {
      this.journal = new JournalEntry(this.journal, account, this.pick(KINDS));
    }
    account.inbox = this.parseInbox(number);
    // Things that are rarer than accounts.
    if (number % 20 === 0) this.uploads.push(Buffer.alloc(256 + (number % 64), 'x'));
    if (number % 50 === 0) this.uploads.push(new Float64Array(32));
    if (number % 25 === 0) this.pending.push(new Promise((resolve) => this.once(`ready-${number}`, resolve)));
    if (number % 100 === 0) {
      const sparse = { createdAt: new Date(number), pattern: new RegExp(`u${number}`), total: 2n ** 70n };
      for (let i = 0; i < 40; i++) sparse[`dynamic ${number} ${i}`] = account;
      delete sparse.createdAt; // turns it into a dictionary-mode object
      account.legacy = sparse;
    }
    this.accounts.push(account);
    this.accountsByEmail.set(email, account);
  }

  grow(accountCount) {
    while (this.accounts.length < accountCount) this.addAccount();
  }

  /** One leaking request, with ordinary turnover beside it: the oldest order of an account makes room for a new one. */
  serve() {
    const number = this.requestCount++;
    const account = this.pick(this.accounts);
    const request = new RequestContext(account, number);
    account.orders.shift();
    this.addOrder(account, `order of request ${number}`);
    this.auditTrail.record(request);
    return request.respond(200);
  }
}

async function settle() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
}

/** Child process: build the heap, write one snapshot, or three with leaking requests in between. */
async function writeSnapshots(accountCount, files) {
  const shop = new Shop();
  globalThis.shop = shop;
  shop.grow(accountCount);
  await settle();
  const requestsPerStep = Math.ceil(accountCount / 20);
  for (const [step, file] of files.entries()) {
    for (let i = 0; i < step * requestsPerStep; i++) shop.serve();
    await settle();
    v8.writeHeapSnapshot(file);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The parent: how many accounts make a file of the wanted size?

function runChild(accountCount, files, targetMb) {
  const heapMb = Math.max(1024, Math.ceil(targetMb * 4));
  const flags = ['--expose-gc', `--max-old-space-size=${heapMb}`];
  const script = fileURLToPath(import.meta.url);
  const result = spawnSync(process.execPath, [...flags, script, '--child', String(accountCount), ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  if (result.status !== 0) throw new Error(`the child ended with ${result.signal ?? result.status}`);
}

/** Node and edge count as the file's own header states them. */
function readCounts(file) {
  const handle = fs.openSync(file, 'r');
  const head = Buffer.alloc(8192);
  const headLength = fs.readSync(handle, head, 0, head.length, 0);
  fs.closeSync(handle);
  const text = head.toString('latin1', 0, headLength);
  const count = (key) => Number(new RegExp(`"${key}"\\s*:\\s*(\\d+)`).exec(text)?.[1]);
  return { bytes: fs.statSync(file).size, nodes: count('node_count'), edges: count('edge_count') };
}

/** Mean number of digits of the multiples of `stride` below `stride * count`. */
function meanOffsetDigits(count, stride) {
  const top = stride * count;
  let total = 0;
  for (let digitCount = 1, low = 0; low < top; digitCount++, low = 10 ** (digitCount - 1)) {
    total += digitCount * (Math.min(top, 10 ** digitCount) - low);
  }
  return total / top;
}

/**
 * Extrapolate linearly from two pilots to the account count whose file has `targetBytes`, allowing for numbers that get
 * longer as the file grows: `to_node` in every edge (about half of them lead to shared things near the front, whose
 * offsets stay short) and the id in every node.
 */
function extrapolate(small, large, targetBytes) {
  const FIELDS_PER_NODE = 7;
  const SHARE_OF_FAR_EDGES = 0.5;
  const accounts = large.accounts - small.accounts;
  const perAccount = {};
  for (const key of ['bytes', 'nodes', 'edges']) perAccount[key] = (large[key] - small[key]) / accounts;
  const predict = (accountCount) => {
    const nodes = large.nodes + (accountCount - large.accounts) * perAccount.nodes;
    const longer = meanOffsetDigits(nodes, FIELDS_PER_NODE) - meanOffsetDigits(large.nodes, FIELDS_PER_NODE);
    const numbers = perAccount.edges * SHARE_OF_FAR_EDGES + perAccount.nodes;
    return large.bytes + (accountCount - large.accounts) * perAccount.bytes + accountCount * numbers * longer;
  };
  let low = 0;
  let high = 1;
  while (predict(high) < targetBytes) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (predict(middle) < targetBytes) low = middle;
    else high = middle;
  }
  return high;
}

function accountsForSize(targetBytes) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'big-snapshot-'));
  const runPilot = (accounts) => {
    const file = path.join(directory, 'pilot.heapsnapshot');
    runChild(accounts, [file], targetBytes / MB);
    const counts = readCounts(file);
    fs.rmSync(file);
    return { accounts, ...counts };
  };
  try {
    const base = runPilot(0);
    const small = runPilot(PILOT_ACCOUNTS);
    const estimate = extrapolate(base, small, targetBytes);
    const large = runPilot(Math.max(PILOT_ACCOUNTS, Math.ceil(estimate / 8)));
    return extrapolate(base, large, targetBytes);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function main() {
  const { values } = parseArgs({
    options: {
      'target-mb': { type: 'string' },
      out: { type: 'string' },
      growth: { type: 'boolean', default: false },
      accounts: { type: 'string' },
    },
  });
  const targetMb = Number(values['target-mb']);
  if (!(targetMb > 0) || !values.out) {
    console.error('Usage: make_big_snapshot.mjs --target-mb MEGABYTES --out FILE [--growth] [--accounts COUNT]');
    process.exit(2);
  }
  const { dir, name, ext } = path.parse(path.resolve(values.out));
  const steps = values.growth ? ['-before', '-after1', '-after2'] : [''];
  const files = steps.map((step) => path.join(dir, `${name}${step}${ext}`));
  const accountCount = values.accounts ? Number(values.accounts) : accountsForSize(targetMb * MB);
  for (const file of files) fs.rmSync(file, { force: true });
  runChild(accountCount, files, targetMb);
  for (const file of files) {
    const { bytes, nodes, edges } = readCounts(file);
    console.log(JSON.stringify({ file, accounts: accountCount, bytes, nodes, edges }));
  }
}

if (process.argv[2] === '--child') {
  await writeSnapshots(Number(process.argv[3]), process.argv.slice(4));
} else {
  main();
}
