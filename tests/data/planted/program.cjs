// Plants secrets in a heap, each in the ways in which a program comes to hold one, and writes a
// snapshot:  node program.cjs planted.heapsnapshot
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');

// A string of its own, neither a rope nor a slice.
const flat = (text) => Buffer.from(text).toString('utf8');

const held = {};
globalThis.planted = held;

class Client {
  constructor(options) {
    this.options = options;
  }
}

function closureOver(apiKey, label) {
  return function call() {
    return `${label} ${apiKey.length}`;
  };
}

function connect(password) {
  return { query: () => password.length };
}

function plant(s) {
  held.client = new Client({ apiKey: s.stripe_key, region: 'eu-west-1', user: 'checkout' });
  held.call = closureOver(s.closure_key, 'checkout');
  held.connection = connect(s.database_password);
  held.sessions = new Map([[s.session_token, { since: 1 }], ['authorization', s.bearer]]);
  held.byToken = { [s.json_web_token]: { user: 7 } };
  held.headers = { host: 'shop.example', authorization: `Bearer ${s.json_web_token}`, cookie: flat(`sid=${s.cookie}; theme=dark`) };
  held.rawHeaders = ['Host', 'shop.example', 'Cookie', flat(`sid=${s.cookie}`), 'X-Api-Key', s.amazon_secret];
  held.environment = { PATH: '/usr/bin:/bin', HOME: '/home/shop', USER: 'shop', NODE_ENV: 'production', BUILD_SEED: s.variable };
  held.exported = flat(`export AWS_SECRET_ACCESS_KEY=${s.amazon_secret}`);
  held.lines = [flat(`using ${s.amazon_key} now`), flat(`cloned with ${s.github_token}`), flat(`posting as ${s.slack_token} to #general`)];
  held.pem = s.private_key;
  held.database = flat(`postgres://shop:${s.url_password}@db.internal:5432/shop`);
  held.body = flat(JSON.stringify({ user: 'ada', password: s.form_password }));
  held.logged = flat(JSON.stringify(JSON.stringify({ user: 'ada', password: s.form_password })));
  held.form = flat(`user=ada&password=${encodeURIComponent(s.form_password)}`);
  held.query = flat(encodeURIComponent(`https://shop.example/?token=${s.json_web_token}`));
  held.user = { name: 'Ada', email: s.mail_address, payment: flat(`card ${s.card_number}`), passphrase: s.passphrase };
  held.note = flat(`remember: ${s.passphrase}, says Ada`);
  held.encoded = Buffer.from(`{"token":"${s.github_token}"}`).toString('base64');
  held.plainEncoded = Buffer.from(s.form_password).toString('base64');
  held.shifted = Buffer.from(`ab${s.database_password}cd`).toString('base64url');
  held.hex = Buffer.from(s.closure_key).toString('hex');
  held.escaped = flat(JSON.stringify(s.private_key));
  held.basic = flat(`Basic ${Buffer.from(`shop:${s.url_password}`).toString('base64')}`);
  held.error = new Error(flat(`rejected ${s.json_web_token}`));
  const Session = new Function(`return class ${s.class_token} { since = {}; }`)();
  held[`cache of ${s.github_token}`] = Array.from({ length: 3000 }, () => new Session());
  held[`on ${s.mail_address}`] = { [s.class_token](a) { return a; } }[s.class_token];

  const middle = s.rope_token.length >> 1;
  held.rope = flat(s.rope_token.slice(0, middle)) + flat(s.rope_token.slice(middle));
  let letters = 'token ';
  for (const letter of s.letters_token) letters += letter;
  held.letters = letters;
  held.signed = `${flat('https://shop.example/callback?access_token=')}${flat(s.rope_token)}${flat('&state=1234567890')}`;
  const line = flat(`0123456789 ${s.sliced_password} and so on, for a while`);
  held.login = { password: line.slice(11, 11 + s.sliced_password.length) };
  held.halves = [flat(s.halved_token.slice(0, 20)), flat(s.halved_token.slice(20)), flat(`whole ${s.halved_token}`)];
  held.credentials = new Set([s.variable, s.bearer]);
}

function readSecrets() {
  const parts = JSON.parse(fs.readFileSync(path.join(__dirname, 'secrets.json'), 'utf8'));
  return Object.fromEntries(Object.entries(parts).map(([name, some]) => [name, flat(some.join(''))]));
}

// In a turn of its own: what it used is garbage when the snapshot is taken.
setTimeout(() => plant(readSecrets()), 1);
setTimeout(() => v8.writeHeapSnapshot(process.argv[2]), 100);
