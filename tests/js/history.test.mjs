import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../heapnb/workbench/static/history.js";

const place = (view, nodeId) => ({ view, selected: nodeId === undefined ? null : { view, key: `n${nodeId}`, node_id: nodeId } });

test("goes back and forward", () => {
  const history = new History();
  for (const [time, nodeId] of [1, 2, 3].entries()) history.visit(place("constructors", nodeId), time * 5000);
  assert.deepEqual(history.back(), place("constructors", 2));
  assert.deepEqual(history.back(), place("constructors", 1));
  assert.equal(history.back(), null);
  assert.equal(history.canGoBack, false);
  assert.deepEqual(history.forward(), place("constructors", 2));
  assert.equal(history.canGoForward, true);
});

test("a new place takes the place of what was ahead", () => {
  const history = new History();
  for (const [time, nodeId] of [1, 2, 3].entries()) history.visit(place("constructors", nodeId), time * 5000);
  history.back();
  history.visit(place("texts", 9), 60_000);
  assert.equal(history.canGoForward, false);
  assert.deepEqual(history.back(), place("constructors", 2));
});

test("the same place twice is one", () => {
  const history = new History();
  history.visit(place("constructors", 1), 0);
  history.visit(place("constructors", 1), 5000);
  assert.equal(history.canGoBack, false);
});

test("rows that the cursor only passes are one visit, but not the first place of a view", () => {
  const history = new History();
  history.visit(place("constructors"), 0);
  for (let i = 1; i <= 20; i += 1) history.visit(place("constructors", i), 1000 + i * 30);
  assert.deepEqual(history.back(), place("constructors"));
  assert.deepEqual(history.forward(), place("constructors", 20));
});

test("what was asked for by name is a visit of its own", () => {
  const history = new History();
  history.visit(place("constructors", 1), 0);
  history.rest();
  history.visit(place("constructors", 2), 10);
  assert.deepEqual(history.back(), place("constructors", 1));
});

test("another view is another place, however quickly", () => {
  const history = new History();
  history.visit(place("constructors", 1), 0);
  history.visit(place("texts"), 10);
  assert.deepEqual(history.back(), place("constructors", 1));
});

test("a place visited right after going back does not replace that place", () => {
  const history = new History();
  history.visit(place("constructors", 1), 0);
  history.visit(place("constructors", 2), 5000);
  history.back();
  history.visit(place("constructors", 3), 5010);
  assert.deepEqual(history.back(), place("constructors", 1));
});

test("old places are forgotten", () => {
  const history = new History();
  for (let i = 0; i < 1000; i += 1) history.visit(place("constructors", i), i * 5000);
  let count = 0;
  while (history.back()) count += 1;
  assert.equal(count, 199);
  assert.deepEqual(history.current, place("constructors", 800));
});
