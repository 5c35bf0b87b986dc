import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNodeId, parseSize, regexProblem } from "../../heapnb/workbench/static/inputs.js";

test("sizes as people write them", () => {
  const sizes = {
    4096: 4096,
    "1 MB": 1_000_000,
    "1.5 MB": 1_500_000,
    "1,5mb": 1_500_000,
    ".5 kB": 500,
    "300k": 300_000,
    "2 GiB": 2 * 2 ** 30,
    "1 Ki": 1024,
    "12 bytes": 12,
    "1 byte": 1,
    "1,234,567": 1_234_567,
    "1 234 567 B": 1_234_567,
    " 7 B ": 7,
    0: 0,
    "3 tb": 3e12,
  };
  for (const [text, size] of Object.entries(sizes)) assert.equal(parseSize(text), size, text);
});

test("no size is no filter", () => {
  for (const text of ["", "   "]) assert.equal(parseSize(text), null);
});

test("what is no size", () => {
  for (const text of ["abc", "-5", "1 XB", "1 ib", "1..5", "1 MB 2", "MB", "1e3", "999999999 TB"]) {
    assert.ok(Number.isNaN(parseSize(text)), text);
  }
});

test("node ids as they are shown or copied", () => {
  assert.equal(parseNodeId("12345"), 12345);
  assert.equal(parseNodeId(" @12345 "), 12345);
  assert.equal(parseNodeId("@ 7"), 7);
  for (const text of ["", "@", "1.5", "-3", "12a", "0x10", "99999999999999999999"]) assert.equal(parseNodeId(text), null, text);
});

test("regular expressions", () => {
  for (const text of ["", "^Session$", "a|b", "(?P<name>x)", "(?i)abc", "(?i:abc)d", "\\d+", "(?:x)"]) {
    assert.equal(regexProblem(text), null, text);
  }
  for (const text of ["(", "[a", "*a", "a{2,1}"]) assert.match(regexProblem(text), /./, text);
});
