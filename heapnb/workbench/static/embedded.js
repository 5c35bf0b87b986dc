/**
 * A source for pages without a kernel: it answers from data in the page, as
 * heapnb/reports/embedding.py packs them. They are a part of a heap; whatever is cut says so.
 *
 * A page of rows is either its view's own, or one of the pages of a node, which all rows share that
 * stand for it: what it refers to, what refers to it, what it dominates.
 */

import { formatCount, plural } from "./format.js";

const RETAINERS = "retainers";
const TOP = "";
const GROUP = "g";
const HINT = "Open the snapshot with heapnb to see it.";

// What stands between the name of an edge and the node that it joins to the row above.
const JOINTS = new Set([" :: ", " in "]);

// In which order pages of nodes are embedded.
const SORTS_OF_NODES = { references: ["retained_size", true], retainers: ["distance", false], dominated: ["retained_size", true] };

/**
 * @typedef {object} Level
 * @property {object[]} rows - All that are embedded.
 * @property {[string|null, boolean]} sort - In which order they are.
 * @property {number} total - How many there are in the heap.
 * @property {string|null} note
 * @property {(number|null)[]} above - Node ids of the rows above.
 */

export class EmbeddedSource {
  #data;
  #views;
  #levels = new Map();
  #known = null;

  /** @param {object} data */
  constructor(data) {
    this.#data = data;
    this.description = data.description;
    this.#views = new Map(data.description.views.map((view) => [view.key, view]));
    this.#views.set(RETAINERS, data.description.retainers);
  }

  /** Answer as heapnb.workbench.source does, as far as the data go. */
  async request(method, params) {
    const answers = {
      rows: () => this.#rows(params),
      locate: () => this.#locate(params),
      goto: () => this.#goto(params),
      details: () => this.#details(params.node_id),
      graph: () => this.#drawing(params.node_id),
      chart: () => this.#chart(params.view),
    };
    if (!Object.hasOwn(answers, method)) throw notHere("This");
    return answers[method]();
  }

  // -- methods ------------------------------------------------------------------------------

  #rows({ view, parent = null, offset = 0, limit = 100, sort, descending, filters = {}, node_id: nodeId = null, ignored = [] }) {
    const level = this.#level(view, parent, nodeId);
    if (level === null) return this.#missing(view, parent, nodeId);
    const { rows, notes } = this.#shown(level, view, parent, { sort, descending, filters, ignored });
    return { rows: rows.slice(offset, offset + limit), total: rows.length, offset, note: notes.join(" ") || null };
  }

  /** Search for a node level by level, each node once; the first path found is the shortest. */
  #locate({ view, node_id: nodeId, sort, descending, filters = {} }) {
    let ways = [[]];
    const expanded = new Set();
    while (ways.length > 0) {
      const longer = [];
      for (const way of ways) {
        const parent = way.length > 0 ? way.at(-1)[0] : null;
        const level = this.#level(view, parent, null);
        if (level === null) continue;
        const { rows } = this.#shown(level, view, parent, { sort, descending, filters, ignored: [] });
        for (const [place, row] of rows.entries()) {
          const further = [...way, [row.key, place]];
          if (row.node_id === nodeId) return { path: further };
          if (!row.expandable || expanded.has(row.node_id)) continue;
          if (row.node_id !== null) expanded.add(row.node_id);
          longer.push(further);
        }
      }
      ways = longer;
    }
    return { path: null };
  }

  /** Find a view that lists a node: the current one if it does, else one of all nodes. */
  #goto({ node_id: nodeId, view, settings = {} }) {
    const others = this.description.views.filter((one) => one.lists_every_node && one.key !== view);
    const places = [[view, settings[view]?.filters ?? {}], [view, {}], ...others.map(({ key }) => [key, {}])];
    for (const [key, filters] of places) {
      const { sort, descending } = settings[key] ?? {};
      const { path } = this.#locate({ view: key, node_id: nodeId, sort, descending, filters });
      if (path !== null) return { view: key, filters, path };
    }
    return { view: null, filters: {}, path: null };
  }

  #details(nodeId) {
    const packed = this.#data.details[nodeId];
    if (packed === undefined) return this.#detailsOfRow(nodeId);
    const details = Object.fromEntries(this.#data.fields.map((field, i) => [field, packed[i]]));
    details.breadcrumbs = packed.at(-1).map(([piece, id]) => ({ label: this.#data.pieces[piece][1], node_id: id }));
    return details;
  }

  #drawing(nodeId) {
    const drawing = this.#data.drawings[nodeId];
    if (drawing === undefined) throw notHere(`A drawing of what retains @${nodeId}`);
    return drawing;
  }

  #chart(view) {
    if (!Object.hasOwn(this.#data.charts, view)) throw notHere("This chart");
    return this.#data.charts[view];
  }

  // -- levels -------------------------------------------------------------------------------

  /** Return the rows below a row, or at the top; null if they are not embedded. */
  #level(view, parent, nodeId) {
    const name = `${view} ${view === RETAINERS ? nodeId : ""} ${parent ?? TOP}`;
    if (!this.#levels.has(name)) this.#levels.set(name, this.#makeLevel(view, parent, nodeId));
    return this.#levels.get(name);
  }

  #makeLevel(view, parent, nodeId) {
    const isTopOfRetainers = view === RETAINERS && parent === null;
    const row = parent === null ? null : this.#row(view, parent, nodeId);
    if (parent !== null && row === null) return null;
    const above = isTopOfRetainers ? [nodeId] : [...(row?.above ?? []), row?.node_id ?? null];
    const own = this.#data.pages[view]?.[parent ?? TOP];
    const page = own ?? (isTopOfRetainers ? this.#data.nodes.retainers[nodeId] : this.#pageOfNode(view, row));
    if (!page) return null;
    const { columns, sort } = this.#views.get(view);
    const keys = own ? columns.map(({ key }) => key) : this.#data.columns;
    const relation = isTopOfRetainers ? RETAINERS : this.#relation(view, parent ?? TOP);
    const [packed, total, note = null] = page;
    const rows = packed.map((each) => this.#unpacked(each, view, parent, keys, above));
    return { rows, total, note, above, sort: own ? sort : SORTS_OF_NODES[relation] };
  }

  /** Return a row by its key, with the nodes above it. */
  #row(view, key, nodeId) {
    const end = key.lastIndexOf("/");
    const level = this.#level(view, end < 0 ? null : key.slice(0, end), nodeId);
    const row = level?.rows.find((each) => each.key === key);
    return row ? { ...row, above: level.above } : null;
  }

  #pageOfNode(view, row) {
    if (!row || row.node_id === null) return undefined;
    const relation = this.#relation(view, row.key);
    return relation && this.#data.nodes[relation][row.node_id];
  }

  #relation(view, key) {
    return this.#data.below[view]?.[key[key.lastIndexOf("/") + 1]];
  }

  #unpacked([part, label, nodeId = null, isExpandable = 0, cells = [], flags = [], title = null], view, parent, columns, above) {
    const key = parent === null ? part : `${parent}/${part}`;
    const isRepeated = nodeId !== null && above.includes(nodeId) && this.#relation(view, key) !== undefined;
    const row = {
      key,
      label: label.map((piece) => (piece < 0 ? ["id", ` @${nodeId}`] : this.#data.pieces[piece])),
      cells: Object.fromEntries(columns.map((column, i) => [column, cells[i]]).filter(([, value]) => value !== false)),
      node_id: nodeId,
      expandable: false,
      flags: isRepeated && !flags.includes("repeated") ? [...flags, "repeated"] : flags,
      title,
    };
    const isEmbedded = this.#data.pages[view]?.[key] !== undefined || this.#pageOfNode(view, row) !== undefined;
    row.expandable = isExpandable === 1 && !isRepeated && isEmbedded;
    return row;
  }

  /** Sort and filter the embedded rows, and say which are missing. */
  #shown({ rows, total, note, sort: sortOfRows }, view, parent, { sort, descending, filters, ignored }) {
    const notes = [];
    let shown = rows.filter((row) => !ignored.includes(row.node_id));
    if (shown.length < rows.length) notes.push(`${plural(rows.length - shown.length, "ignored retainer")} hidden.`);
    const least = filters.min_retained_size ?? 0;
    const large = shown.filter(({ cells }) => !least || !(cells.retained_size < least));
    if (large.length < shown.length) notes.push(`${plural(shown.length - large.length, "smaller row")} hidden by the size filter.`);
    shown = large;
    if (filters.text && parent === null) {
      const matches = matcher(filters.text, filters.regex === true);
      shown = shown.filter((row) => matches(textOf(row)) || this.#hasMatchInGroup(view, row, matches));
    }
    const [sortOfView, isDescending] = this.#views.get(view).sort;
    const wanted = sort ? [sort, descending ?? true] : [sortOfView, descending ?? isDescending];
    if (wanted[0] !== sortOfRows[0] || wanted[1] !== sortOfRows[1]) shown = sorted(shown, ...wanted);
    if (rows.length < total) notes.push(cutNote(rows.length, total));
    if (note) notes.push(note);
    return { rows: shown, notes };
  }

  #hasMatchInGroup(view, row, matches) {
    const rows = row.key.startsWith(GROUP) ? this.#level(view, row.key, null)?.rows : null;
    return rows?.some((each) => matches(textOf(each))) ?? false;
  }

  #missing(view, parent, nodeId) {
    if (view !== RETAINERS || parent !== null) throw notHere("The content of this row");
    const text = `The retainers of @${nodeId} are not part of this report. ${HINT}`;
    const row = { key: "missing", label: [["soft", text]], cells: {}, node_id: null, expandable: false, flags: [], title: text };
    return { rows: [row], total: 1, offset: 0, note: null };
  }

  // -- nodes that only rows tell of -----------------------------------------------------------

  #detailsOfRow(nodeId) {
    this.#known ??= this.#findKnown();
    const known = this.#known.get(nodeId);
    if (known === undefined) throw notHere(`@${nodeId}`);
    const [, label, , , cells, flags = []] = known;
    const pieces = label.filter((piece) => piece >= 0).map((piece) => this.#data.pieces[piece]);
    const isJoined = pieces.length > 2 && JOINTS.has(pieces[1][1]);
    const name = pieces.slice(isJoined ? 2 : 0).map(([, text]) => text).join("").trim();
    return {
      node_id: nodeId,
      class_name: name,
      name,
      node_type: null,
      ...Object.fromEntries(this.#data.columns.map((column, i) => [column, cells[i]])),
      detachedness: flags.includes("detached") ? 2 : null,
      location: null,
      preview: "",
      dominator_id: null,
      breadcrumbs: [],
      note: `More details are not part of this report. ${HINT}`,
    };
  }

  #findKnown() {
    const known = new Map();
    for (const pages of Object.values(this.#data.nodes)) {
      for (const [rows] of Object.values(pages)) {
        for (const row of rows) known.set(row[2], row);
      }
    }
    return known;
  }
}

/** An error that says that something is not embedded; `isExpected` tells it from failures. */
function notHere(what) {
  return Object.assign(new Error(`${what} is not part of this report.`), { hint: HINT, isExpected: true });
}

function cutNote(count, total) {
  return `Only the first ${formatCount(count)} of ${formatCount(total)} are part of this report; sorting and filters apply to these.`;
}

function textOf({ label }) {
  return label.map(([, text]) => text).join("");
}

/** Make what tells whether a text matches; case does not matter. */
function matcher(wanted, isPattern) {
  if (!isPattern) {
    const lower = wanted.toLowerCase();
    return (text) => text.toLowerCase().includes(lower);
  }
  let pattern;
  try {
    pattern = new RegExp(wanted, "iu");
  } catch {
    throw new Error(`“${wanted}” is not a valid regular expression.`);
  }
  return (text) => pattern.test(text);
}

/** Sort rows by a column, or by their labels; those that lack it stay as they were, at the end. */
export function sorted(rows, sort, descending) {
  const valueOf = sort === "label" ? textOf : ({ cells }) => cells[sort];
  const isKnown = (value) => value !== null && value !== undefined;
  const sign = descending ? -1 : 1;
  const known = rows.filter((row) => isKnown(valueOf(row)));
  const unknown = rows.filter((row) => !isKnown(valueOf(row)));
  return [...known.sort((one, other) => sign * compared(valueOf(one), valueOf(other))), ...unknown];
}

function compared(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
