import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as format from "../../heapnb/workbench/static/format.js";

const cases = JSON.parse(readFileSync(new URL("format_cases.json", import.meta.url), "utf-8"));
const camelCase = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

test("texts are those of heapnb/views/fmt.py", () => {
  assert.ok(cases.length > 100);
  for (const { function: name, arguments: values, text } of cases) {
    assert.equal(format[camelCase(name)](...values), text, `${name}(${JSON.stringify(values)})`);
  }
});

test("sizes in cells have the exact bytes and their share of the heap", () => {
  const cell = format.formatCell("bytes", 1_234_567, 10_000_000);
  assert.deepEqual(cell, { text: "1.2 MB", title: "1,234,567 bytes, 12.3% of the heap", share: 0.1234567 });
  assert.deepEqual(format.formatCell("bytes", 1), { text: "1 B", title: "1 byte", share: null });
});

test("changes of sizes have a sign, the exact bytes too", () => {
  assert.deepEqual(format.formatCell("plain_bytes", 1200, 2400), { text: "1.2 kB", title: "1,200 bytes", share: null });
  assert.deepEqual(format.formatCell("bytes_delta", 1200), { text: "+1.2 kB", title: "+1,200 bytes", share: null });
  assert.deepEqual(format.formatCell("bytes_delta", -1200), { text: "−1.2 kB", title: "−1,200 bytes", share: null });
});

test("what is unknown is a dash; what does not apply is nothing", () => {
  for (const kind of ["bytes", "plain_bytes", "bytes_delta", "count", "count_delta", "percent", "distance", "text", "location"]) {
    assert.equal(format.formatCell(kind, null, 100).text, "–");
    assert.equal(format.formatCell(kind, undefined, 100).text, "");
  }
});

test("texts in cells are made visible", () => {
  assert.equal(format.formatCell("text", "a\u202eb").text, "a\\u202eb");
  assert.equal(format.formatCell("location", "x\ny").title, "x\\ny");
});

test("of a path, the file with its line and the last step are never cut", () => {
  assert.deepEqual(format.splitPath("/srv/app/lib/cache.js:4:1"), ["/srv/app/lib", "/cache.js:4:1"]);
  assert.deepEqual(format.splitPath("(GC roots) → global → Session"), ["(GC roots) → global", " → Session"]);
  assert.deepEqual(format.splitPath("cache.js:4:1"), ["", "cache.js:4:1"]);
  const [start, end] = format.splitPath(`/srv/${"x".repeat(100)}.js:4:1`);
  assert.deepEqual([start.length + end.length, end.length, end.endsWith(".js:4:1")], [112, 12, true]);
});
