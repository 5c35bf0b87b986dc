import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE_SIZE, TreeRows } from "../../heapnb/workbench/static/rows.js";

/** A page of made-up rows, keys as the sources make them. */
function pageOf(parent, page, total, note = null) {
  const offset = page * PAGE_SIZE;
  const count = Math.min(PAGE_SIZE, total - offset);
  const key = (i) => (parent === null ? `${i}` : `${parent}/${i}`);
  const rows = Array.from({ length: count }, (_, i) => ({ key: key(offset + i), label: [], cells: {}, node_id: null, expandable: true, flags: [], title: null }));
  return { rows, total, offset, note };
}

function keyAt(tree, line) {
  return tree.at(line).row?.key ?? tree.at(line).kind;
}

function keys(tree) {
  return Array.from({ length: tree.size }, (_, line) => keyAt(tree, line));
}

function treeOf(total) {
  const tree = new TreeRows();
  for (let page = 0; page * PAGE_SIZE < total; page += 1) tree.receive(tree.top, page, pageOf(null, page, total));
  return tree;
}

function unfold(tree, level, index, total, note) {
  const child = tree.expand(level, index);
  tree.receive(child, 0, pageOf(level.rowAt(index).key, 0, total, note));
  return child;
}

test("begins with one line that waits", () => {
  const tree = new TreeRows();
  assert.equal(tree.size, 1);
  assert.equal(tree.at(0).kind, "loading");
  assert.deepEqual(tree.missing(0, 10), [[tree.top, 0]]);
});

test("two million rows cost what is looked at", () => {
  const tree = new TreeRows();
  tree.receive(tree.top, 0, pageOf(null, 0, 2_000_000));
  assert.equal(tree.size, 2_000_000);
  assert.equal(tree.at(1_999_999).kind, "waiting");
  assert.deepEqual(tree.missing(1_000_050, 1_000_120), [[tree.top, 10_000], [tree.top, 10_001]]);
  tree.receive(tree.top, 19_999, pageOf(null, 19_999, 2_000_000));
  assert.equal(keyAt(tree, 1_999_999), "1999999");
});

test("unfolded rows stand below theirs, at any depth", () => {
  const tree = treeOf(4);
  const second = unfold(tree, tree.top, 1, 2);
  unfold(tree, tree.top, 3, 1);
  unfold(tree, second, 0, 2);
  assert.deepEqual(keys(tree), ["0", "1", "1/0", "1/0/0", "1/0/1", "1/1", "2", "3", "3/0"]);
});

test("lines and places are each other's inverse", () => {
  const tree = treeOf(250);
  const inner = unfold(tree, tree.top, 7, 120, "cut");
  unfold(tree, inner, 3, 5);
  unfold(tree, tree.top, 240, 3);
  for (let line = 0; line < tree.size; line += 1) {
    const { level, index } = tree.at(line);
    assert.equal(tree.lineOf(level, index), line);
  }
});

test("folding forgets what was unfolded below", () => {
  const tree = treeOf(3);
  const first = unfold(tree, tree.top, 0, 2);
  unfold(tree, first, 1, 2);
  tree.collapse(tree.top, 0);
  assert.deepEqual(keys(tree), ["0", "1", "2"]);
  assert.deepEqual([...tree.expanded], []);
  assert.equal(tree.expand(tree.top, 0).total, null);
});

test("folding 1 leaves 10 alone, whose key begins alike", () => {
  const tree = treeOf(12);
  unfold(tree, tree.top, 1, 1);
  unfold(tree, tree.top, 10, 1);
  tree.collapse(tree.top, 1);
  assert.deepEqual([...tree.expanded], ["10"]);
});

test("stale answers are dropped", () => {
  const tree = treeOf(3);
  const child = tree.expand(tree.top, 0);
  const grandchild = unfold(tree, unfold(tree, tree.top, 1, 2), 0, 2);
  tree.collapse(tree.top, 0);
  tree.collapse(tree.top, 1);
  assert.equal(tree.receive(child, 0, pageOf("0", 0, 5)), false);
  assert.equal(tree.receive(grandchild, 0, pageOf("1/0", 0, 5)), false);
  assert.equal(tree.fail(child, 0, new Error("late")), false);
  const before = tree.top;
  tree.reset();
  assert.equal(tree.receive(before, 0, pageOf(null, 0, 9)), false);
  assert.equal(tree.size, 1);
});

test("rows unfold again when they come back after a reset", () => {
  const tree = treeOf(3);
  unfold(tree, tree.top, 1, 2);
  tree.reset();
  tree.receive(tree.top, 0, pageOf(null, 0, 3));
  assert.deepEqual(keys(tree), ["0", "1", "loading", "2"]);
});

test("setExpanded unfolds these and no others", () => {
  const tree = treeOf(4);
  unfold(tree, tree.top, 0, 2);
  const second = unfold(tree, tree.top, 1, 2);
  unfold(tree, second, 0, 1);
  tree.setExpanded(["1", "3"]);
  assert.deepEqual(keys(tree), ["0", "1", "1/0", "1/1", "2", "3", "loading"]);
});

test("empty levels, remarks and failures have a line each", () => {
  const tree = treeOf(2);
  unfold(tree, tree.top, 0, 0);
  unfold(tree, tree.top, 1, 1, "3 weak edges are left out");
  assert.deepEqual(keys(tree), ["0", "empty", "1", "1/0", "note"]);
  assert.equal(tree.at(4).level.note, "3 weak edges are left out");

  const failing = new TreeRows();
  failing.fail(failing.top, 0, new Error("gone"));
  assert.equal(failing.at(0).kind, "broken");
  assert.equal(failing.at(0).level.failureAt(0).message, "gone");
  assert.deepEqual(failing.missing(0, 0), []);
  failing.retry(failing.top, 0);
  assert.deepEqual(failing.missing(0, 0), [[failing.top, 0]]);
});

test("a page that failed is not asked for until tried again", () => {
  const tree = new TreeRows();
  tree.receive(tree.top, 0, pageOf(null, 0, 300));
  tree.fail(tree.top, 1, new Error("gone"));
  assert.equal(tree.at(150).kind, "failed");
  assert.deepEqual(tree.missing(100, 250), [[tree.top, 2]]);
  tree.retry(tree.top, 150);
  assert.deepEqual(tree.missing(100, 250), [[tree.top, 1], [tree.top, 2]]);
});

test("pages that were not seen for long go; what is unfolded stays", () => {
  const total = 100_000;
  const tree = new TreeRows();
  tree.receive(tree.top, 0, pageOf(null, 0, total));
  unfold(tree, tree.top, 5, 2);
  for (let page = 1; page < 900; page += 1) {
    tree.receive(tree.top, page, pageOf(null, page, total));
    // The very first page is looked at all the time.
    tree.missing(0, 0);
  }
  assert.equal(keyAt(tree, 0), "0");
  assert.equal(tree.at(150 + 2).kind, "waiting");
  assert.ok(tree.top.pages.size <= 200);
  assert.equal(tree.size, total + 2);
});

test("finds rows that are here", () => {
  const tree = treeOf(150);
  const child = unfold(tree, tree.top, 120, 2);
  const { level, index } = tree.find("120/1");
  assert.equal(level, child);
  assert.equal(index, 1);
  assert.equal(tree.find("nowhere"), null);
});
