/** One line of a tree table as elements. Every text is a text node, cut and made visible. */

import { element } from "./dom.js";
import { formatCell, formatPercent, shorten, splitPath, visible } from "./format.js";
import { isNumeric } from "./tablehead.js";

/** Characters of one text; a page of rows holds fewer, this is for sources that do not cut. */
const LONGEST_TEXT = 400;

const ROLES = new Set(["edge", "operator", "class", "function", "string", "value", "id", "location", "path", "prose", "soft", "badge"]);

/** Characters of a name that are in sight in most tables; a longer one has all of its text as its tooltip. */
const LONGEST_IN_SIGHT = 30;

/** Roles of texts whose end tells as much as their start. */
const PATHS = new Set(["location", "path"]);

/** What flags mean; those that are not here are shown by their own name. */
const FLAGS = {
  detached: ["detached", "This node was removed from the document but is still retained."],
  weak: ["weak", "A weak reference does not keep the object alive."],
  added: ["added", "The earlier snapshot does not have this object."],
  removed: ["removed", "The later snapshot does not have this object."],
  masked: ["masked", "A likely secret is masked."],
  ignored: ["ignored", "Paths ignore this object."],
  repeated: ["repeated", "This object is already shown in a row above."],
  edge: ["edge", "The dominator refers to this object directly."],
  root: ["root", "This is a GC root."],
};

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {import("./tablehead.js").Column} Column
 *
 * @typedef {object} Look
 * @property {Column[]} columns
 * @property {number} totalSize  Of the heap, for shares.
 * @property {string} emptyText  Where a table has no rows at all.
 * @property {(item: Item) => void} onRetry
 */

/**
 * Make the element of a line; what changes with selection and place is up to the table.
 *
 * @param {Item} item
 * @param {Look} look
 * @returns {HTMLElement}
 */
export function makeLine(item, look) {
  switch (item.kind) {
    case "row":
      return makeRow(item.row, look);
    case "waiting":
      return makeWaiting(item, look);
    case "loading":
      return makeMessage("loading", look, element("span", { class: "hb-spinner", "aria-hidden": "true" }), "Loading…");
    case "empty":
      return makeMessage("empty", look, item.level.parent === null ? look.emptyText : "No rows below");
    case "note":
      return makeMessage("note", look, readable(item.level.note));
    default:
      return makeFailure(item, look);
  }
}

/** Say what went wrong, with what to do about it. */
export function failureText(error) {
  const message = readable(error.message || "Rows could not be read");
  return error.hint ? `${message} ${readable(error.hint)}` : message;
}

function makeRow(row, look) {
  // A row that is all text has the room of the columns that it says nothing in.
  const isAllText = look.columns.every(({ key }) => row.cells[key] === undefined);
  const label = element(
    "div",
    { role: "gridcell", class: "hb-cell hb-label", "aria-colspan": isAllText ? look.columns.length + 1 : null },
    element("span", { class: "hb-twisty", "aria-hidden": "true" }),
    ...makeName(row),
    ...row.flags.map(makeFlag),
  );
  const columns = isAllText ? [] : look.columns;
  const cells = columns.map((column) => makeCell(column, row.cells[column.key], look.totalSize));
  return element("div", { role: "row", class: "hb-row", "data-kind": "row" }, label, ...cells);
}

/** Parts stand apart by a space, as text too: a row that is copied or read out is one sentence. */
function makeName(row) {
  // A badge before the name is never cut.
  const badges = row.label.length > 1 && row.label[0][0] === "badge" ? row.label.slice(0, 1) : [];
  const label = row.label.slice(badges.length);
  const texts = label.map(([, text]) => readable(text));
  const length = texts.reduce((sum, text) => sum + text.length + 1, -1);
  // Of several paths, the first one makes room.
  const path = label.findIndex(([role]) => PATHS.has(role));
  const parts = label.flatMap(([role], i) => {
    const name = ROLES.has(role) ? `hb-${role}` : "hb-soft";
    const content = role === "prose" ? makeProse(texts[i]) : [texts[i]];
    const part = i === path ? makePath(texts[i], length - texts[i].length, name) : element("span", { class: name }, ...content);
    return i === 0 ? [part] : [" ", part];
  });
  const title = row.title === null ? (length > LONGEST_IN_SIGHT ? texts.join(" ") : null) : readable(row.title);
  const whole = element("span", { class: path < 0 ? "hb-name" : "hb-name hb-counted", title }, ...parts);
  return [...badges.flatMap(([, text]) => [element("span", { class: "hb-badge" }, readable(text)), " "]), whole];
}

/** Make a sentence: what stands between back ticks is code. */
function makeProse(text) {
  return text.split(/`([^`]+)`/).map((piece, i) => (i % 2 === 1 ? element("code", {}, piece) : piece));
}

/**
 * Make a path that is cut in its middle where there is no room for it.
 *
 * @param {string} text
 * @param {number} others  Characters beside it on its line.
 * @param {string} name  Class of the element.
 */
function makePath(text, others, name) {
  const [start, end] = splitPath(text);
  const first = element("span", { class: "hb-path-start" }, start);
  first.style.setProperty("--hb-rest", String(others + end.length));
  return element("span", { class: `${name} hb-path` }, first, end);
}

function makeFlag(flag) {
  const [text, title] = FLAGS[flag] ?? [readable(flag), ""];
  return element("span", { class: `hb-flag ${flag in FLAGS ? `hb-flag-${flag}` : ""}`, title }, text);
}

function makeCell(column, value, totalSize) {
  const { text, title, share } = formatCell(column.kind, value, totalSize);
  const shown = readable(text);
  const kind = isNumeric(column.kind) ? "hb-number" : "hb-text";
  const content = column.kind === "location" ? makePath(shown, 0, "hb-value") : element("span", { class: "hb-value" }, shown);
  const cell = element("div", { role: "gridcell", class: `hb-cell ${kind} hb-${column.kind}`, title: readable(title) || null }, content);
  if (value === null || value === undefined) cell.classList.add("hb-unknown");
  if (column.kind.endsWith("_delta") && value) cell.classList.add(value > 0 ? "hb-more" : "hb-less");
  if (share !== null) {
    const percent = Math.min(Math.max(share, 0), 1) * 100;
    cell.append(" ", element("span", { class: "hb-share" }, formatPercent(share)));
    cell.style.setProperty("--hb-share", `${percent.toFixed(2)}%`);
  }
  return cell;
}

function makeWaiting(item, look) {
  // Bars of different lengths look like rows; which is which must not change while scrolling.
  const width = 30 + ((item.index * 37) % 45);
  const bar = element("span", { class: "hb-ghost" });
  bar.style.width = `${width}%`;
  const label = element("div", { role: "gridcell", class: "hb-cell hb-label" }, element("span", { class: "hb-hidden" }, "Loading…"), bar);
  const cells = look.columns.map(() => element("div", { role: "gridcell", class: "hb-cell hb-number" }, element("span", { class: "hb-ghost hb-short" })));
  return element("div", { role: "row", class: "hb-row hb-waiting", "data-kind": "waiting" }, label, ...cells);
}

function makeFailure(item, look) {
  const error = item.level.failureAt(item.index);
  return makeMessage(
    "failed",
    look,
    element("span", { class: "hb-message" }, failureText(error)),
    element("button", { type: "button", class: "hb-retry", tabindex: -1, onclick: () => look.onRetry(item) }, "Try again"),
  );
}

function makeMessage(kind, look, ...content) {
  const cell = element("div", { role: "gridcell", class: "hb-cell hb-label", "aria-colspan": look.columns.length + 1 }, ...content);
  return element("div", { role: "row", class: `hb-row hb-line hb-${kind}`, "data-kind": kind }, cell);
}

function readable(text) {
  return visible(shorten(String(text), LONGEST_TEXT));
}
