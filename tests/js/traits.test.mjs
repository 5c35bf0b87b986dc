import assert from "node:assert/strict";
import { test } from "node:test";

import { TraitStore } from "../../heapnb/workbench/static/traits.js";

/** What the store needs of a widget's model. */
class Model {
  values = {};
  saved = 0;
  listeners = [];

  get(key) {
    return this.values[key];
  }

  set(key, value) {
    this.values[key] = value;
    for (const { event, callback } of [...this.listeners]) if (event === `change:${key}`) callback();
  }

  save_changes() {
    this.saved += 1;
  }

  on(event, callback) {
    this.listeners.push({ event, callback });
  }

  off(event, callback) {
    this.listeners = this.listeners.filter((one) => one.event !== event || one.callback !== callback);
  }
}

test("what is missing is null", () => {
  assert.equal(new TraitStore(new Model()).get("selected"), null);
});

test("steps in quick succession are told to Python together", async () => {
  const model = new Model();
  const store = new TraitStore(model);
  for (const key of ["a", "b", "c"]) store.set("selected", { view: "constructors", key, node_id: null });
  assert.equal(model.get("selected").key, "c");
  assert.equal(model.saved, 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(model.saved, 1);
});

test("what has not changed is not told", () => {
  const model = new Model();
  const store = new TraitStore(model);
  store.set("ignored", [1, 2]);
  store.flush();
  store.set("ignored", [1, 2]);
  store.flush();
  assert.equal(model.saved, 1);
});

test("two displays of one browser are in step", () => {
  const model = new Model();
  const [one, other] = [new TraitStore(model), new TraitStore(model)];
  const heard = [];
  const unsubscribe = other.subscribe("view", (view) => heard.push(view));
  one.set("view", "dominators");
  model.set("view", "texts");
  unsubscribe();
  one.set("view", "constructors");
  assert.deepEqual(heard, ["dominators", "texts"]);
  one.dispose();
});

test("a display that goes tells Python what it has not told yet, and listens no more", () => {
  const model = new Model();
  const store = new TraitStore(model);
  store.subscribe("view", () => assert.fail("it is gone"));
  store.set("focus_id", 7);
  store.dispose();
  assert.equal(model.saved, 1);
  assert.equal(model.listeners.length, 0);
  model.set("view", "constructors");
});
