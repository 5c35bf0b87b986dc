import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { BUSY, Connection, RESTARTED, SILENT, STOPPED } from "../../heapnb/workbench/static/connection.js";

let connection = null;
afterEach(() => connection?.dispose());

/** A connection whose clock is set by hand and whose messages are kept. */
function connect(status = null) {
  const line = { sent: [], troubles: [], time: 0, status };
  connection = new Connection({
    send: (message) => line.sent.push(message),
    kernelStatus: () => line.status,
    onTrouble: (text) => line.troubles.push(text),
    now: () => line.time,
  });
  line.connection = connection;
  line.wait = (milliseconds) => {
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      line.time += 1000;
      connection.check();
    }
  };
  line.answer = (message, result) => connection.receive({ kind: "answer", id: message.id, result });
  return line;
}

test("answers go to the requests that asked", async () => {
  const line = connect();
  const first = line.connection.request("rows", { view: "constructors" });
  const second = line.connection.request("details", { node_id: 7 });
  assert.deepEqual(line.sent.map(({ kind, method, params }) => [kind, method, params]), [
    ["request", "rows", { view: "constructors" }],
    ["request", "details", { node_id: 7 }],
  ]);
  line.answer(line.sent[1], "second");
  line.answer(line.sent[0], "first");
  assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
});

test("a failure rejects, with its hint", async () => {
  const line = connect();
  const request = line.connection.request("rows", {});
  line.connection.receive({ kind: "failure", id: line.sent[0].id, message: "No such view.", hint: "views are …" });
  await assert.rejects(request, { message: "No such view.", hint: "views are …" });
});

test("messages to other views, and those that are none, are left alone", async () => {
  const line = connect();
  const other = new Connection({ send: () => {} });
  const request = line.connection.request("rows", {});
  for (const message of [undefined, null, 3, {}, { id: null }, { kind: "answer", id: "other-1", result: 1 }]) {
    line.connection.receive(message);
    other.receive(line.sent[0]);
  }
  line.answer(line.sent[0], "mine");
  line.answer(line.sent[0], "twice");
  assert.equal(await request, "mine");
});

test("a busy kernel is waited for", async () => {
  const line = connect("busy");
  const request = line.connection.request("rows", {});
  line.wait(9000);
  assert.deepEqual(line.troubles, []);
  line.wait(3000);
  assert.deepEqual(line.troubles, [BUSY]);
  line.answer(line.sent[0], "late");
  assert.equal(await request, "late");
  assert.deepEqual(line.troubles, [BUSY, null]);
});

test("of a kernel about which nothing is known, silence is told", () => {
  const line = connect();
  line.connection.request("rows", {}).catch(() => {});
  line.wait(12_000);
  assert.deepEqual(line.troubles, [SILENT]);
});

test("a kernel that has nothing to do and does not answer is another one", async () => {
  const line = connect("idle");
  const request = line.connection.request("rows", {});
  line.wait(8000);
  assert.deepEqual(line.troubles, [RESTARTED]);
  await assert.rejects(request, { message: RESTARTED, disconnected: true });
  await assert.rejects(line.connection.request("rows", {}), { message: RESTARTED, disconnected: true });
});

test("so is one that has died", async () => {
  const line = connect("dead");
  const request = line.connection.request("rows", {});
  line.wait(4000);
  await assert.rejects(request, { message: STOPPED });
});

test("a kernel that is heard again is asked again", async () => {
  const line = connect("idle");
  const request = line.connection.request("rows", {});
  line.wait(8000);
  await assert.rejects(request);
  line.answer(line.sent[0], "far too late");
  assert.equal(line.troubles.at(-1), null);
  const next = line.connection.request("rows", {});
  line.answer(line.sent.at(-1), "now");
  assert.equal(await next, "now");
});

test("a request that was lost on the way is sent again", async () => {
  const line = connect("busy");
  const request = line.connection.request("rows", {});
  line.wait(4000);
  const ping = line.sent.at(-1);
  assert.equal(ping.kind, "ping");
  line.connection.receive({ kind: "pong", id: ping.id });
  assert.deepEqual(line.sent.at(-1), line.sent[0]);
  line.answer(line.sent[0], "after all");
  assert.equal(await request, "after all");
});

test("but not for ever", async () => {
  const line = connect("busy");
  const request = line.connection.request("rows", {});
  for (let attempt = 0; attempt < 3; attempt += 1) {
    line.wait(4000);
    line.connection.receive({ kind: "pong", id: line.sent.at(-1).id });
  }
  await assert.rejects(request, { message: "The kernel did not answer." });
  assert.equal(line.sent.filter(({ kind }) => kind === "request").length, 3);
});

test("an answer that is awaited keeps no other from being in time", () => {
  const line = connect("busy");
  line.connection.request("slow", {}).catch(() => {});
  line.wait(20_000);
  const pings = line.sent.filter(({ kind }) => kind === "ping");
  // One outstanding at a time, each a few seconds after the one before.
  assert.ok(pings.length >= 2 && pings.length <= 7, `${pings.length} pings`);
});

test("losing the kernel is told at once", async () => {
  const line = connect();
  const request = line.connection.request("rows", {});
  line.connection.lose(RESTARTED);
  assert.deepEqual(line.troubles, [RESTARTED]);
  await assert.rejects(request, { message: RESTARTED });
});

test("a line that is cut is a kernel that is gone", async () => {
  connection = new Connection({
    send: () => {
      throw new Error("Cannot send");
    },
  });
  await assert.rejects(connection.request("rows", {}), { message: RESTARTED, disconnected: true });
});
