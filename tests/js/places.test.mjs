import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, placeOf } from "../../heapnb/workbench/static/places.js";

const VIEWS = [{ key: "constructors", former_keys: ["summary"] }, { key: "dominators" }];

test("an address leads to a node, a view, or both", () => {
  assert.deepEqual(placeOf("#node-12345", VIEWS), { view: null, nodeId: 12345, key: null });
  assert.deepEqual(placeOf("#browse=constructors", VIEWS), { view: "constructors", nodeId: null, key: null });
  assert.deepEqual(placeOf("#browse=constructors&node=7", VIEWS), { view: "constructors", nodeId: 7, key: null });
  assert.deepEqual(placeOf("#browse=constructors&row=c7%2Fn3", VIEWS), { view: "constructors", nodeId: null, key: "c7/n3" });
});

test("links to a view by its former name still lead there", () => {
  assert.deepEqual(placeOf("#browse=summary&node=7", VIEWS), { view: "constructors", nodeId: 7, key: null });
});

test("other addresses are sections of the page, or nothing", () => {
  for (const hash of ["", "#", "#browse", "#suspect-1", "#node-", "#node-x", "#node-1.5", "#browse=", "#browse=constructor", "#%"]) {
    assert.equal(placeOf(hash, VIEWS), null, hash);
  }
  assert.equal(placeOf("#browse=constructors&node=-1", VIEWS).nodeId, null);
});

test("places come back as they were written", () => {
  const node = { view: "constructors", key: "c7/n3", node_id: 9 };
  assert.equal(hashOf("constructors", node), "#browse=constructors&node=9");
  const row = { view: "constructors", key: "c7/x 1", node_id: null };
  assert.equal(placeOf(hashOf("constructors", row), VIEWS).key, "c7/x 1");
  // A row of another view is not in this one.
  assert.equal(hashOf("dominators", row), "#browse=dominators");
  assert.equal(hashOf("dominators", null), "#browse=dominators");
});
