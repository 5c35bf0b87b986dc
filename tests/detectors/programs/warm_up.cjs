"use strict";
// Loads a module of its own now and then, runs code until it is optimised, forgets all else.
const builtins = [
  "zlib", "crypto", "url", "querystring", "readline", "tls", "https", "http2", "dns", "dgram",
  "vm", "worker_threads", "inspector", "repl", "cluster", "string_decoder", "diagnostics_channel",
];
const Module = require("node:module");
const path = require("node:path");

function load(i) {
  const letters = [...String(i)].map((digit) => "abcdefghij"[digit]).join("");
  const name = path.join(__dirname, `locale-${letters}.js`);
  const loaded = new Module(name, module);
  loaded.filename = name;
  loaded._compile(
    `const table = { name: "locale ${i}", words: ["a${i}", "b${i}"] };
     exports.say = (word) => table.words.indexOf(word) + ${i};
     exports.table = table;`,
    name,
  );
  require.cache[name] = loaded;
  return loaded.exports;
}

function hot(x) {
  let sum = 0;
  for (let k = 0; k < 2000; k++) sum += (x * k) % 7;
  return sum;
}

exports.unit = (i) => {
  if (i % 4 === 0) load(i).say("a1");
  if (i % 20 === 0) require(`node:${builtins[(i / 20) % builtins.length]}`);
  hot(i);
  return JSON.parse(JSON.stringify({ id: i, list: [1, 2, i] }));
};
