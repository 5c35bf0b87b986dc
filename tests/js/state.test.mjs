import assert from "node:assert/strict";
import { test } from "node:test";
import { countFilters, MemoryStore, sameValue, settingsOf, toggled, withExpanded, withFilters, withSettings } from "../../heapnb/workbench/static/state.js";

const VIEW = { key: "constructors", sort: ["retained_size", true] };

test("values are equal by what they hold", () => {
  assert.ok(sameValue({ a: [1, { b: null }] }, { a: [1, { b: null }] }));
  assert.ok(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 }));
  assert.ok(sameValue(null, null));
  for (const [one, other] of [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: undefined }, { b: undefined }],
    [[1], { 0: 1 }],
    [[1, 2], [1]],
    [null, {}],
    ["1", 1],
  ]) {
    assert.ok(!sameValue(one, other), JSON.stringify([one, other]));
  }
});

test("a view begins with its own order", () => {
  assert.deepEqual(settingsOf({}, VIEW), { sort: "retained_size", descending: true, filters: {} });
  assert.deepEqual(settingsOf(null, { key: "x" }), { sort: null, descending: true, filters: {} });
});

test("settings of one view change, others stay, and nothing is changed in place", () => {
  const before = { texts: { sort: "length", descending: false, filters: {} } };
  const after = withSettings(before, VIEW, { filters: { text: "a" } });
  assert.deepEqual(after, { ...before, constructors: { sort: "retained_size", descending: true, filters: { text: "a" } } });
  assert.deepEqual(Object.keys(before), ["texts"]);
});

test("filters that say nothing are left out", () => {
  assert.deepEqual(withFilters({ text: "a", regex: true }, { text: "", regex: false }), {});
  assert.deepEqual(withFilters({ text: "a" }, { min_retained_size: 0 }), { text: "a", min_retained_size: 0 });
  assert.deepEqual(withFilters({ text: "a" }, { min_retained_size: null }), { text: "a" });
});

test("being a regular expression is no filter by itself", () => {
  assert.equal(countFilters({ text: "a", regex: true }), 1);
  assert.equal(countFilters({ regex: true }), 0);
  assert.equal(countFilters(undefined), 0);
});

test("rows that are open are kept by view, and not without end", () => {
  assert.deepEqual(withExpanded({ a: ["1"] }, "b", ["2"]), { a: ["1"], b: ["2"] });
  assert.equal(withExpanded(null, "b", Array(5000).fill("k"), 2000).b.length, 2000);
});

test("a value is added, or taken out again", () => {
  assert.deepEqual(toggled([1, 2], 3), [1, 2, 3]);
  assert.deepEqual(toggled([1, 2, 3], 2), [1, 3]);
});

test("a store tells whoever asked, and only of changes", () => {
  const store = new MemoryStore({ view: "constructors" });
  const seen = [];
  const stop = store.subscribe("view", (value) => seen.push(value));
  store.set("view", "constructors");
  store.set("view", "texts");
  store.set("focus_id", 7);
  stop();
  store.set("view", "constructors");
  assert.deepEqual(seen, ["texts"]);
  assert.equal(store.get("unknown"), null);
});
