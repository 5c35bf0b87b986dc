import assert from "node:assert/strict";
import test from "node:test";

import { bytes, steps } from "../../heapnb/widgets/static/memory_chart.js";

test("sizes have a unit and three digits", () => {
  assert.deepEqual([0, 999, 1000, 38_200_000, 4.3e9, 512e6].map(bytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "38.2 MB",
    "4.3 GB",
    "512 MB",
  ]);
});

test("the axis has few, round steps", () => {
  assert.deepEqual(steps(100), [0, 25, 50, 75, 100]);
  assert.deepEqual(steps(9.1e7), [0, 2.5e7, 5e7, 7.5e7]);
  for (const highest of [1, 7, 123, 4.3e9]) {
    assert.ok(steps(highest).length >= 3 && steps(highest).length <= 6, `${highest}`);
  }
});
