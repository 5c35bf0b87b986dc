import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, placeOf } from "../../heapnb/workbench/static/places.js";

const VIEWS = ["summary", "dominators"];

test("an address leads to a node, a view, or both", () => {
  assert.deepEqual(placeOf("#node-12345", VIEWS), { view: null, nodeId: 12345, key: null });
  assert.deepEqual(placeOf("#browse=summary", VIEWS), { view: "summary", nodeId: null, key: null });
  assert.deepEqual(placeOf("#browse=summary&node=7", VIEWS), { view: "summary", nodeId: 7, key: null });
  assert.deepEqual(placeOf("#browse=summary&row=c7%2Fn3", VIEWS), { view: "summary", nodeId: null, key: "c7/n3" });
});

test("other addresses are sections of the page, or nothing", () => {
  for (const hash of ["", "#", "#browse", "#suspect-1", "#node-", "#node-x", "#node-1.5", "#browse=", "#browse=constructor", "#%"]) {
    assert.equal(placeOf(hash, VIEWS), null, hash);
  }
  assert.equal(placeOf("#browse=summary&node=-1", VIEWS).nodeId, null);
});

test("places come back as they were written", () => {
  const node = { view: "summary", key: "c7/n3", node_id: 9 };
  assert.equal(hashOf("summary", node), "#browse=summary&node=9");
  const row = { view: "summary", key: "c7/x 1", node_id: null };
  assert.equal(placeOf(hashOf("summary", row), VIEWS).key, "c7/x 1");
  // A row of another view is not in this one.
  assert.equal(hashOf("dominators", row), "#browse=dominators");
  assert.equal(hashOf("dominators", null), "#browse=dominators");
});
