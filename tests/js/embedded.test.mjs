import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbeddedSource, sorted } from "../../heapnb/workbench/static/embedded.js";

// As heapnb/reports/embedding.py packs it: node 1 refers to 2, 2 to 1 and 3.
function makeData() {
  const columns = ["distance", "shallow_size", "retained_size"].map((key) => ({ key }));
  return {
    description: {
      views: [{ key: "constructors", columns: [{ key: "count" }, ...columns], sort: ["retained_size", true], lists_every_node: true }],
      retainers: { key: "retainers", columns, sort: ["distance", false] },
    },
    columns: columns.map(({ key }) => key),
    pieces: [["class", "Apple"], ["class", "Pear"], ["edge", "next"], ["operator", " :: "], ["", "(GC roots)"]],
    pages: {
      constructors: {
        "": [[["c0", [0], null, 1, [2, 1, 32, 64]], ["c1", [1], null, 1, [1, 2, 16, 8]], ["c2", [1], null, 1, [1, null, 16, null]]], 9, null],
        c0: [[["n0", [0, -1], 1, 1, [false, 1, 16, 64]], ["n1", [0, -1], 2, 1, [false, 2, 16, 16], ["detached"]]], 2, null],
      },
    },
    nodes: {
      references: {
        1: [[["e0", [2, 3, 0, -1], 2, 1, [2, 16, 16]]], 1, null],
        2: [[["e1", [2, 3, 0, -1], 1, 1, [1, 16, 64]], ["e2", [2, 3, 1, -1], 3, 1, [3, 8, 8]]], 40, null],
      },
      retainers: { 2: [[["i0", [2, 3, 0, -1], 1, 1, [1, 16, 64]]], 1, null] },
      dominated: {},
    },
    below: { constructors: { e: "references", n: "references" }, retainers: { i: "retainers" } },
    fields: ["node_id", "class_name", "breadcrumbs"],
    details: { 1: [1, "Apple", [[4, 1]]] },
    drawings: {},
    charts: {},
  };
}

const source = () => new EmbeddedSource(makeData());
const rows = (params) => source().request("rows", { view: "constructors", ...params });
const keys = (page) => page.rows.map(({ key }) => key);

test("rows are unpacked", async () => {
  const page = await rows({ parent: null });
  assert.deepEqual(page.rows[0], {
    key: "c0",
    label: [["class", "Apple"]],
    cells: { count: 2, distance: 1, shallow_size: 32, retained_size: 64 },
    node_id: null,
    expandable: true,
    flags: [],
    title: null,
  });
  // What is below it is not here.
  assert.equal(page.rows[1].expandable, false);
  assert.equal(page.total, 3);
  assert.match(page.note, /^Only the first 3 of 9 are part of this report/);
});

test("a column that does not apply is left out, an unknown value is not", async () => {
  const { rows: members } = await rows({ parent: "c0" });
  assert.deepEqual(members[0].cells, { distance: 1, shallow_size: 16, retained_size: 64 });
  assert.equal((await rows({ parent: null })).rows[2].cells.distance, null);
});

test("rows share what is below their nodes, and do not unfold below themselves", async () => {
  const [next] = (await rows({ parent: "c0/n0" })).rows;
  assert.equal(next.key, "c0/n0/e0");
  assert.deepEqual(next.label.at(-1), ["id", " @2"]);
  assert.equal(next.expandable, true);
  const below = await rows({ parent: "c0/n0/e0" });
  assert.deepEqual(keys(below), ["c0/n0/e0/e1", "c0/n0/e0/e2"]);
  assert.deepEqual([below.rows[0].expandable, below.rows[0].flags], [false, ["repeated"]]);
  assert.equal(below.rows[1].expandable, false);
  assert.match(below.note, /first 2 of 40/);
});

test("pages are cut out of what is here", async () => {
  assert.deepEqual(keys(await rows({ parent: null, offset: 1, limit: 1 })), ["c1"]);
  assert.equal((await rows({ parent: null, offset: 1, limit: 1 })).total, 3);
});

test("rows are sorted and filtered", async () => {
  assert.deepEqual(keys(await rows({ parent: null, sort: "retained_size", descending: false })), ["c1", "c0", "c2"]);
  assert.deepEqual(keys(await rows({ parent: null, sort: "label", descending: true })), ["c1", "c2", "c0"]);
  assert.deepEqual(keys(await rows({ parent: null, filters: { text: "aPP" } })), ["c0"]);
  assert.deepEqual(keys(await rows({ parent: null, filters: { text: "^p.*r$", regex: true } })), ["c1", "c2"]);
  await assert.rejects(rows({ parent: null, filters: { text: "(", regex: true } }), /not a valid regular expression/);
  const large = await rows({ parent: null, filters: { min_retained_size: 9 } });
  assert.deepEqual(keys(large), ["c0"]);
  assert.match(large.note, /^2 smaller rows hidden by the size filter\./);
});

test("a group passes a filter if one of its rows does", async () => {
  const data = makeData();
  data.description.views.push({ key: "closures", columns: [], sort: ["retained_size", true] });
  data.pages.closures = {
    "": [[["g0", [1], null, 1, []], ["g1", [1], null, 1, []]], 2, null],
    g0: [[["r0", [0, -1], 5, 0, []]], 1, null],
    g1: [[["r1", [1, -1], 6, 0, []]], 1, null],
  };
  const params = { view: "closures", parent: null, filters: { text: "apple" } };
  assert.deepEqual(keys(await new EmbeddedSource(data).request("rows", params)), ["g0"]);
});

test("rows without a value come last, whichever the order", () => {
  const list = [1, null, 3].map((size) => ({ cells: { size } }));
  for (const descending of [true, false]) assert.equal(sorted(list, "size", descending).at(-1).cells.size, null);
});

test("retainers are those of a node, the ignored left out", async () => {
  const ask = (params) => source().request("rows", { view: "retainers", parent: null, ...params });
  assert.deepEqual(keys(await ask({ node_id: 2 })), ["i0"]);
  const without = await ask({ node_id: 2, ignored: [1] });
  assert.deepEqual([without.total, without.note], [0, "1 ignored retainer hidden."]);
  const missing = await ask({ node_id: 3 });
  assert.equal(missing.rows[0].label[0][1], "The retainers of @3 are not part of this report. Open the snapshot with heapnb to see it.");
});

test("nodes are found by the shortest way, in the order in which rows are shown", async () => {
  const locate = (params) => source().request("locate", { view: "constructors", ...params });
  assert.deepEqual((await locate({ node_id: 2 })).path, [["c0", 0], ["c0/n1", 1]]);
  const ascending = { sort: "retained_size", descending: false };
  assert.deepEqual((await locate({ node_id: 2, ...ascending })).path, [["c0", 1], ["c0/n1", 0]]);
  assert.deepEqual((await locate({ node_id: 3 })).path, [["c0", 0], ["c0/n1", 1], ["c0/n1/e2", 1]]);
  assert.equal((await locate({ node_id: 4 })).path, null);
  assert.equal((await locate({ node_id: 2, filters: { text: "pear" } })).path, null);
});

test("a view that lists a node is found, the current one first", async () => {
  const data = makeData();
  data.description.views.push({ key: "closures", columns: [], sort: ["retained_size", true] });
  data.pages.closures = { "": [[["r0", [0, -1], 2, 0, []]], 1, null] };
  const goto = (params) => new EmbeddedSource(data).request("goto", { settings: {}, ...params });
  assert.deepEqual(await goto({ node_id: 2, view: "closures" }), { view: "closures", filters: {}, path: [["r0", 0]] });
  assert.deepEqual(await goto({ node_id: 1, view: "closures" }), { view: "constructors", filters: {}, path: [["c0", 0], ["c0/n0", 0]] });
  const settings = { closures: { filters: { text: "pear" } } };
  assert.deepEqual((await goto({ node_id: 2, view: "closures", settings })).filters, {});
  assert.deepEqual(await goto({ node_id: 9, view: "closures" }), { view: null, filters: {}, path: null });
});

test("details are whole, or what a row tells", async () => {
  const details = (nodeId) => source().request("details", { node_id: nodeId });
  assert.deepEqual(await details(1), { node_id: 1, class_name: "Apple", breadcrumbs: [{ label: "(GC roots)", node_id: 1 }] });
  const known = await details(3);
  assert.deepEqual([known.class_name, known.retained_size, known.breadcrumbs], ["Pear", 8, []]);
  assert.match(known.note, /not part of this report/);
});

test("what is not here says so", async () => {
  const missing = { name: "Error", hint: "Open the snapshot with heapnb to see it." };
  for (const [method, params, message] of [
    ["details", { node_id: 77 }, "@77 is not part of this report."],
    ["graph", { node_id: 1 }, "A drawing of what retains @1 is not part of this report."],
    ["chart", { view: "constructor" }, "This chart is not part of this report."],
    ["rows", { view: "constructors", parent: "c1" }, "The content of this row is not part of this report."],
    ["rows", { view: "constructors", parent: "c9/n9" }, "The content of this row is not part of this report."],
    ["text", { node_id: 1 }, "This is not part of this report."],
    ["toString", {}, "This is not part of this report."],
  ]) {
    await assert.rejects(source().request(method, params), { ...missing, message });
  }
});
