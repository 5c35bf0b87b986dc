/** The headings of a tree table: they sort, and set how wide the columns are. */

import { LABEL_NARROWEST, WITH_SHARE, columnWidths } from "./columnwidths.js";
import { element } from "./dom.js";

/** The key by which the column of the tree itself is sorted. */
export const LABEL = "label";

const NARROWEST = 48;
const KEYBOARD_STEP = 16;

/**
 * @typedef {import("./format.js").ColumnKind} ColumnKind
 *
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {ColumnKind} kind
 * @property {string} [description]
 *
 * @typedef {object} Sort
 * @property {string|null} key  Null is the table's own order.
 * @property {boolean} descending
 */

/** Whether the values of a column are read as figures. */
export function isNumeric(kind) {
  return kind !== "text" && kind !== "location";
}

export class TableHead {
  /**
   * @param {object} options
   * @param {(sort: Sort) => void} options.onSort
   * @param {(template: string, width: number, hasShares: boolean) => void} options.onWidths  The
   *   columns as a CSS grid template, their least width in all, and whether sizes have room for their
   *   shares.
   */
  constructor({ onSort, onWidths }) {
    this.onSort = onSort;
    this.onWidths = onWidths;
    /** @type {Column[]} */
    this.columns = [];
    /** @type {Map<string, number>} Widths that were set by hand. */
    this.widths = new Map();
    /** Pixels of the table; 0 while it is not shown. */
    this.room = 0;
    /** @type {Sort} */
    this.sort = { key: null, descending: true };
    this.element = element("div", { role: "row", class: "hb-head", "aria-rowindex": 1, onkeydown: (event) => this.#onKey(event) });
  }

  /** Show these columns, the tree's own before them. */
  setColumns(columns, labelTitle) {
    this.columns = columns;
    const all = [{ key: LABEL, title: labelTitle, kind: "text", description: "" }, ...columns];
    this.element.replaceChildren(...all.map((column, i) => this.#heading(column, i)));
    this.setSort(this.sort);
    this.#showWidths();
  }

  /** Share out the width of the table among its columns. */
  fit(width) {
    if (width === this.room) return;
    this.room = width;
    this.#showWidths();
  }

  /** Mark the column by which rows are sorted. */
  setSort(sort) {
    this.sort = sort;
    for (const cell of this.element.children) {
      const isSorted = cell.dataset.key === sort.key;
      cell.setAttribute("aria-sort", isSorted ? (sort.descending ? "descending" : "ascending") : "none");
      cell.querySelector(".hb-sorted").textContent = isSorted ? (sort.descending ? "▼" : "▲") : "";
    }
  }

  #heading(column, i) {
    const help = [column.description, "Enter sorts; Shift+← and Shift+→ set the width."].filter(Boolean).join("\n");
    const button = element(
      "button",
      {
        type: "button",
        class: "hb-sort",
        title: help,
        tabindex: i === 0 ? 0 : -1,
        "aria-keyshortcuts": "Shift+ArrowLeft Shift+ArrowRight",
        onclick: () => this.#sortBy(column),
        onfocus: (event) => this.#keepTabStop(event.currentTarget),
      },
      element("span", { class: "hb-heading" }, column.title),
      element("span", { class: "hb-sorted", "aria-hidden": "true" }),
    );
    const isLast = i === this.columns.length;
    const grip = element("span", { class: "hb-grip", "aria-hidden": "true", onpointerdown: (event) => this.#drag(event, i), ondblclick: () => this.#resetWidths(i) });
    const kind = isNumeric(column.kind) ? "hb-number" : "hb-text";
    return element("div", { role: "columnheader", class: `hb-th ${kind}`, "data-key": column.key }, button, isLast ? null : grip);
  }

  #sortBy(column) {
    const isSame = this.sort.key === column.key;
    const descending = isSame ? !this.sort.descending : isNumeric(column.kind);
    this.setSort({ key: column.key, descending });
    this.onSort(this.sort);
  }

  /** One stop for the Tab key; arrows go from heading to heading. */
  #keepTabStop(button) {
    for (const other of this.#buttons()) other.tabIndex = other === button ? 0 : -1;
  }

  #buttons() {
    return [...this.element.querySelectorAll(".hb-sort")];
  }

  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = this.#buttons();
    const i = buttons.indexOf(event.target);
    if (!event.shiftKey) {
      buttons[i + step]?.focus();
    } else if (i === 0) {
      // The tree's own column takes what the others leave.
      this.#widen(0, -step * KEYBOARD_STEP);
    } else {
      this.#widen(i - 1, step * KEYBOARD_STEP);
    }
  }

  /** Move the border at the right of a heading with the pointer. */
  #drag(event, i) {
    if (event.button !== 0) return;
    event.preventDefault();
    const grip = event.currentTarget;
    const right = this.columns[i];
    const left = this.columns[i - 1];
    const start = event.clientX;
    const widths = this.#widths;
    const rightWidth = widths[i];
    const leftWidth = left === undefined ? 0 : widths[i - 1];
    const onMove = (move) => {
      // What one column gains, its neighbour loses; the tree's own column takes the rest.
      const least = left === undefined ? -Infinity : NARROWEST - leftWidth;
      const pixels = Math.min(Math.max(move.clientX - start, least), rightWidth - NARROWEST);
      this.widths.set(right.key, rightWidth - pixels);
      if (left !== undefined) this.widths.set(left.key, leftWidth + pixels);
      this.#showWidths();
    };
    const onEnd = () => {
      grip.removeEventListener("pointermove", onMove);
      grip.classList.remove("hb-dragged");
    };
    grip.setPointerCapture(event.pointerId);
    grip.classList.add("hb-dragged");
    grip.addEventListener("pointermove", onMove);
    grip.addEventListener("lostpointercapture", onEnd, { once: true });
  }

  #widen(i, pixels) {
    const column = this.columns[i];
    if (column === undefined) return;
    this.widths.set(column.key, Math.max(this.#widths[i] + pixels, NARROWEST));
    this.#showWidths();
  }

  #resetWidths(i) {
    for (const column of this.columns.slice(Math.max(i - 1, 0), i + 1)) this.widths.delete(column.key);
    this.#showWidths();
  }

  get #widths() {
    return columnWidths(this.columns, this.room, this.widths);
  }

  #showWidths() {
    const widths = this.#widths;
    const template = [`minmax(${LABEL_NARROWEST}px, 1fr)`, ...widths.map((width) => `${width}px`)].join(" ");
    const hasShares = this.columns.every(({ kind }, i) => kind !== "bytes" || widths[i] >= WITH_SHARE);
    this.onWidths(template, widths.reduce((sum, width) => sum + width, LABEL_NARROWEST), hasShares);
  }
}
