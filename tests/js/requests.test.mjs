import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Newest, Requests, SLOW_MS } from "../../heapnb/workbench/static/requests.js";

/** A source whose answers are given by the test. */
function makeSource() {
  const open = [];
  return { open, request: (method) => new Promise((resolve, reject) => open.push({ method, resolve, reject })) };
}

test("answers and errors are passed on", async () => {
  const source = makeSource();
  let answers = 0;
  const requests = new Requests(source, { onWaiting: () => {}, onAnswer: () => (answers += 1) });
  const good = requests.send("rows", {});
  const bad = requests.send("rows", {});
  source.open[0].resolve({ rows: [] });
  source.open[1].reject(Object.assign(new Error("no"), { hint: "why" }));
  assert.deepEqual(await good, { rows: [] });
  await assert.rejects(bad, { message: "no", hint: "why" });
  assert.equal(answers, 1);
  requests.dispose();
});

test("a slow answer is told of, until it is there", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const source = makeSource();
  const said = [];
  const requests = new Requests(source, { onWaiting: (isWaiting) => said.push(isWaiting), onAnswer: () => {} });
  const one = requests.send("rows", {});
  const other = requests.send("details", {});
  mock.timers.tick(SLOW_MS - 1);
  assert.deepEqual(said, []);
  mock.timers.tick(1);
  assert.deepEqual(said, [true, true]);
  source.open[0].resolve({});
  await one;
  assert.equal(said.at(-1), true);
  source.open[1].resolve({});
  await other;
  assert.equal(said.at(-1), false);
  mock.timers.reset();
});

test("nothing is said after the end", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const source = makeSource();
  const said = [];
  const requests = new Requests(source, { onWaiting: () => said.push("waiting"), onAnswer: () => said.push("answer") });
  const one = requests.send("rows", {});
  requests.dispose();
  mock.timers.tick(SLOW_MS * 2);
  source.open[0].resolve({});
  await one;
  assert.deepEqual(said, []);
  mock.timers.reset();
});

test("only the newest counts", () => {
  const newest = new Newest();
  const first = newest.next();
  assert.ok(first());
  const second = newest.next();
  assert.ok(!first() && second());
});
