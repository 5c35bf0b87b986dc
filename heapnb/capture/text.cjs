"use strict";
// node --expose-gc --require agent.cjs text.cjs SOURCE FILE
//
// Runs the text in the file SOURCE as a CommonJS module that stands in FILE, which need not exist: what it requires is
// looked for from there, and snapshots name it so. It may also await.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");
const { drive } = require("./agent.cjs");

const NAMES = ["exports", "require", "module", "__filename", "__dirname"];

// On a line of its own: the text may end in a comment. What the text exports itself wins.
const EXPORT = '\n;if (typeof load === "function") module.exports.load ??= load;';

// A function that suspends has its variables where a snapshot does not name them, unless a function might use them.
const NAME_VARIABLES = "module.scope = () => eval();";

const [, , source, file] = process.argv;
process.argv.splice(1, 3, file);
const text = fs.readFileSync(source, "utf8") + EXPORT;

function isSyntax(code) {
  try {
    vm.compileFunction(code, NAMES);
    return true;
  } catch {
    return false;
  }
}

const program = new Module(file, null);
program.filename = file;
program.paths = Module._nodeModulePaths(path.dirname(file));
program.id = ".";
Module._cache[file] = program;
process.mainModule = program;

let code = text;
if (!isSyntax(text)) {
  code = `return (async (${NAMES}) => {${NAME_VARIABLES}${text}\n})(${NAMES});`;
  // Report syntax errors against the original text; Node would try something else next.
  vm.compileFunction(code, NAMES, { filename: file });
}
Promise.resolve(program._compile(code, file)).then(() => drive(() => process.mainModule.exports));
