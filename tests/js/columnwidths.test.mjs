import assert from "node:assert/strict";
import { test } from "node:test";
import { columnWidths, LABEL_NARROWEST } from "../../heapnb/workbench/static/columnwidths.js";

const SUSPECTS = ["count", "percent", "count", "count_delta", "bytes", "bytes_delta", "location"].map((kind, i) => ({ key: String(i), kind }));
const sum = (widths) => widths.reduce((total, width) => total + width, 0);

test("the tree's own column is the widest at usual widths, and nothing is pushed out of view", () => {
  for (const width of [820, 900, 1024, 1280, 1920]) {
    const widths = columnWidths(SUSPECTS, width);
    const label = width - sum(widths);
    assert.ok(label > Math.max(...widths), `${width}: ${label} ${widths}`);
    assert.ok(label >= 0.36 * width - 1 || label >= LABEL_NARROWEST, `${width}: ${label}`);
  }
});

test("columns have the width that is easy to read where there is room", () => {
  assert.deepEqual(columnWidths(SUSPECTS.slice(4, 6), 900), [148, 108]);
  assert.deepEqual(columnWidths(SUSPECTS.slice(4, 6), 0), [148, 108]);
});

test("a width that the reader sets stays", () => {
  const widths = columnWidths(SUSPECTS, 1280, new Map([["6", 300]]));
  assert.equal(widths[6], 300);
  assert.ok(sum(widths.slice(0, 6)) < sum(columnWidths(SUSPECTS, 1280).slice(0, 6)));
});
