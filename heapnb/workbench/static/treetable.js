/**
 * A tree table for heaps: a row may have millions of siblings, so only visible rows are elements, and
 * only visible rows are requested. An accessible tree grid: the table itself has the focus and says
 * which row is active.
 *
 * Longer than 500 lines because drawing, loading, scrolling and selection change the same private
 * state (the active row, the top line, the pages that are awaited). The rest is in
 * rows.js (levels and pages), scrolling.js (the scroll bar), tablehead.js, tablerow.js.
 */

import { element, uniqueId } from "./dom.js";
import { plural } from "./format.js";
import { PAGE_SIZE, TreeRows } from "./rows.js";
import { ScrollScale } from "./scrolling.js";
import { TableHead } from "./tablehead.js";
import { failureText, makeLine } from "./tablerow.js";

/** Rows drawn above and below those in sight. */
const OVERSCAN = 6;

/** Concurrent requests while scrolling; rows that scroll past are not requested. */
const MOST_ASKED = 3;

const ROW_HEIGHT = 24;
const SETTLE_MILLISECONDS = 150;

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Page} Page
 * @typedef {import("./rows.js").Level} Level
 * @typedef {import("./tablehead.js").Column} Column
 * @typedef {import("./tablehead.js").Sort} Sort
 *
 * @typedef {object} Place
 * @property {Level} level
 * @property {number} index
 *
 * @typedef {object} Options
 * @property {Column[]} columns  Beside the tree itself.
 * @property {string} labelTitle  Heading of the tree's own column.
 * @property {(parent: string|null, offset: number, limit: number) => Promise<Page>} load
 * @property {number} [totalSize]  Of the heap, for shares.
 * @property {number} [mostSelected]  Rows that can be selected at once.
 * @property {Sort} [sort]
 * @property {(key: string, descending: boolean) => void} [onSort]  The owner sorts and calls
 *   `reload`.
 * @property {(row: Row, selectedKeys: string[]) => void} [onSelect]
 * @property {(row: Row) => void} [onActivate]  Enter or a double click.
 * @property {(keys: string[]) => void} [onExpandedChange]
 * @property {(row: Row, x: number, y: number) => void} [onMenu]  x and y as of a pointer event.
 * @property {string} [emptyText]
 * @property {string} [name]  What the table is called, for those who do not see it.
 */

/** Only actions of the user are reported; `select`, `reveal`, `setSort` and `setExpanded` are silent. */
export class TreeTable {
  /**
   * @param {HTMLElement} host  Gives the height.
   * @param {Options} options
   */
  constructor(host, options) {
    this.options = { totalSize: 0, mostSelected: Infinity, emptyText: "No rows", name: options.labelTitle, ...options };
    this.rows = new TreeRows();
    this.scale = new ScrollScale();
    this.id = uniqueId("hb-tree");
    this.rowHeight = ROW_HEIGHT;
    this.top = 0;
    this.scroll = 0;
    /** @type {Place|null} */
    this.active = null;
    /** @type {Place|null} Where a range that is selected with Shift begins. */
    this.anchor = null;
    /** @type {string|null} A row that becomes active when it arrives. */
    this.wanted = null;
    /** @type {Map<string, Row|null>} */
    this.selected = new Map();
    /** @type {Map<string, Promise<boolean>>} */
    this.asked = new Map();
    /** @type {Map<string, {line: HTMLElement, item: import("./rows.js").Item}>} */
    this.drawn = new Map();
    this.frame = 0;
    this.settling = 0;
    this.revealing = 0;
    this.isDisposed = false;
    this.#build(host);
    this.setColumns(options.columns, options.labelTitle);
    if (options.sort) this.setSort(options.sort);
    this.draw();
  }

  /** The active row, if it is selected. */
  get selectedRow() {
    const row = this.#activeRow();
    return row !== null && this.selected.has(row.key) ? row : null;
  }

  /** Keys of all selected rows. */
  get selectedKeys() {
    return [...this.selected.keys()];
  }

  /** Request all rows again, after another sort or filter; the selection stays. */
  reload() {
    const row = this.#activeRow();
    if (row !== null) this.wanted = row.key;
    this.active = null;
    this.anchor = null;
    this.revealing += 1;
    this.rows.reset();
    this.asked.clear();
    this.#scrollTo(0);
  }

  /** Show other columns. */
  setColumns(columns, labelTitle = this.options.labelTitle) {
    this.options.columns = columns;
    this.options.labelTitle = labelTitle;
    this.head.setColumns(columns, labelTitle);
    this.#forgetDrawn();
    this.#schedule();
  }

  /** Mark the column by which rows are sorted. */
  setSort(sort) {
    this.head.setSort(sort);
  }

  /** Expand these rows and no others. */
  setExpanded(keys) {
    this.#keepingPlace(() => this.rows.setExpanded(keys));
    if (this.active !== null && !this.active.level.isAlive) this.active = null;
    this.#schedule();
  }

  /**
   * Select one row, now or when it arrives; null selects none.
   *
   * @param {string|null} key
   */
  select(key) {
    this.selected.clear();
    this.active = null;
    this.wanted = key;
    if (key !== null) {
      this.selected.set(key, null);
      const found = this.rows.find(key);
      if (found !== null) this.#become(found, found.row);
    }
    this.#schedule();
  }

  /**
   * Expand the path to a row, select the row and scroll to it.
   *
   * @param {[key: string, index: number][]} path  From the top, as the source locates it.
   * @returns {Promise<Row|null>} The row; null if it is not where `path` says, or if another
   *   call has replaced this one. Rejected if rows on the path fail to load.
   */
  async reveal(path) {
    this.revealing += 1;
    const turn = this.revealing;
    /** @type {Level|null} */
    let level = this.rows.top;
    for (const [depth, [key, index]] of path.entries()) {
      const page = Math.floor(index / PAGE_SIZE);
      const isHere = level.rowAt(index) !== null || (await this.#fetch(level, page));
      if (turn !== this.revealing || this.isDisposed) return null;
      const failure = level.failures.get(page);
      if (!isHere && failure !== undefined) throw failure;
      const row = level.rowAt(index);
      if (row === null || row.key !== key) return null;
      if (depth === path.length - 1) {
        this.selected.clear();
        this.selected.set(key, row);
        this.#become({ level, index }, row);
        this.#show(this.rows.lineOf(level, index), "middle");
        return row;
      }
      level = this.#expand({ level, index });
      if (level === null) return null;
    }
    return null;
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }

  dispose() {
    this.isDisposed = true;
    this.revealing += 1;
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    this.outer.remove();
  }

  #build(host) {
    this.head = new TableHead({
      onSort: ({ key, descending }) => {
        this.#say(`Sorted by ${this.#titleOf(key)}, ${descending ? "descending" : "ascending"}`);
        this.options.onSort?.(key, descending);
      },
      onWidths: (template, width, hasShares) => {
        this.outer?.style.setProperty("--hb-columns", template);
        this.outer?.style.setProperty("--hb-width", `${width}px`);
        this.outer?.classList.toggle("hb-without-shares", !hasShares);
      },
    });
    this.body = element("div", { role: "rowgroup", class: "hb-body" });
    this.window = element("div", { role: "presentation", class: "hb-window" }, element("div", { role: "rowgroup", class: "hb-thead" }, this.head.element), this.body);
    this.canvas = element("div", { role: "presentation", class: "hb-canvas" }, this.window);
    this.element = element(
      "div",
      {
        role: "treegrid",
        class: "hb-tree",
        id: this.id,
        tabindex: 0,
        "aria-label": this.options.name,
        "aria-multiselectable": "true",
        // Without this, JupyterLab handles keys first.
        "data-lm-suppress-shortcuts": "true",
        onscroll: () => this.#onScroll(),
        onkeydown: (event) => this.#onKey(event),
      },
      this.canvas,
    );
    this.body.addEventListener("click", (event) => this.#onClick(event));
    this.body.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    this.body.addEventListener("contextmenu", (event) => this.#onContextMenu(event));
    // Shift with a click selects rows, not the text between them.
    this.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.status = element("div", { role: "status", class: "hb-hidden" });
    this.outer = element("div", { class: "hb-table" }, this.element, this.status);
    host.append(this.outer);
    this.observer = new ResizeObserver(() => this.#onResize());
    this.observer.observe(this.element);
  }

  // Drawing

  /** Draw the visible rows; after a change, the next frame does this by itself. */
  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const view = this.element.clientHeight - this.head.element.offsetHeight;
    if (this.isDisposed || view <= 0) return;
    const lines = this.rows.size;
    this.scale.resize(lines * this.rowHeight, view);
    this.top = Math.min(this.top, this.scale.lastTop);
    this.canvas.style.height = `${this.scale.height + this.head.element.offsetHeight}px`;
    this.window.style.height = `${this.element.clientHeight}px`;
    const first = Math.floor(this.top / this.rowHeight);
    const last = Math.min(Math.ceil((this.top + view) / this.rowHeight), lines) - 1;
    this.#drawLines(first, last);
    this.element.setAttribute("aria-rowcount", this.rows.top.total === null ? "-1" : String(lines + 1));
    this.element.setAttribute("aria-busy", String(this.rows.top.total === null && !this.rows.top.failures.has(0)));
    this.#askFor(first, last);
  }

  #drawLines(first, last) {
    const drawn = new Map();
    const from = Math.max(first - OVERSCAN, 0);
    const to = Math.min(last + OVERSCAN, this.rows.size - 1);
    const activeLine = this.active === null ? -1 : this.rows.lineOf(this.active.level, this.active.index);
    let activeId = null;
    let said = null;
    for (let line = from; line <= to; line += 1) {
      const item = this.rows.at(line);
      const name = `${this.rows.nameOf(item.level, item.index)}:${item.kind}`;
      const old = this.drawn.get(name);
      const node = old?.item.row === item.row ? old.line : this.#makeLine(item);
      drawn.set(name, { line: node, item });
      this.#updateLine(node, item, line, line === activeLine);
      if (line === activeLine) activeId = node.id;
      if (item.kind === "failed") {
        // A hundred rows fail together: only the first visible one shows the message.
        const failure = item.level.failureAt(item.index);
        node.classList.toggle("hb-said", line < first || said === failure);
        if (line >= first) said = failure;
      }
    }
    this.drawn = drawn;
    this.items = new Map([...drawn.values()].map(({ line, item }) => [line, item]));
    placeInOrder(this.body, [...this.items.keys()]);
    if (activeId === null) this.element.removeAttribute("aria-activedescendant");
    else this.element.setAttribute("aria-activedescendant", activeId);
  }

  #makeLine(item) {
    const line = makeLine(item, { ...this.options, onRetry: (failed) => this.#retry(failed) });
    line.id = uniqueId("hb-row");
    return line;
  }

  #updateLine(node, item, line, isActive) {
    const { level, index, row } = item;
    node.style.transform = `translateY(${line * this.rowHeight - this.top}px)`;
    node.style.setProperty("--hb-depth", String(level.depth - 1));
    node.classList.toggle("hb-odd", line % 2 === 1);
    node.classList.toggle("hb-active", isActive);
    const attributes = { "aria-rowindex": line + 2, "aria-level": level.depth };
    if (item.kind === "row" || item.kind === "waiting") {
      attributes["aria-setsize"] = level.total;
      attributes["aria-posinset"] = index + 1;
    }
    if (row !== null) {
      attributes["aria-selected"] = this.selected.has(row.key);
      if (row.expandable) attributes["aria-expanded"] = level.childAt(index) !== null;
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
    }
  }

  #forgetDrawn() {
    this.drawn.clear();
  }

  #schedule() {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  // Loading, page by page

  #askFor(first, last) {
    for (const [level, page] of this.rows.missing(first, last)) {
      if (this.asked.size >= MOST_ASKED) return;
      void this.#fetch(level, page);
    }
  }

  /** Request a page unless it is already requested; resolves to true when it has arrived. */
  #fetch(level, page) {
    const name = this.rows.nameOf(level, page);
    const pending = this.asked.get(name);
    if (pending !== undefined) return pending;
    const asked = this.#load(level, page).finally(() => {
      if (this.asked.get(name) === asked) this.asked.delete(name);
      if (!this.isDisposed) this.#schedule();
    });
    this.asked.set(name, asked);
    return asked;
  }

  async #load(level, page) {
    const isFirst = level.total === null;
    try {
      const answer = await this.#wholePage(level, page);
      if (this.isDisposed) return false;
      const isTaken = this.#keepingPlace(() => this.rows.receive(level, page, answer));
      if (isTaken) this.#onArrival(level, answer, isFirst);
      return isTaken;
    } catch (error) {
      if (this.isDisposed) return false;
      const failure = error instanceof Error ? error : new Error(String(error));
      if (this.rows.fail(level, page, failure)) this.#say(failureText(failure));
      return false;
    }
  }

  /** A source may cut a page that is too large for one answer. */
  async #wholePage(level, page) {
    const key = level.row?.key ?? null;
    const offset = page * PAGE_SIZE;
    const whole = await this.options.load(key, offset, PAGE_SIZE);
    const rows = [...whole.rows];
    const expected = Math.min(PAGE_SIZE, whole.total - offset);
    while (rows.length < expected && level.isAlive) {
      const more = await this.options.load(key, offset + rows.length, expected - rows.length);
      if (more.rows.length === 0) throw new Error("Rows are missing in the answer.");
      rows.push(...more.rows);
    }
    return { ...whole, rows };
  }

  #onArrival(level, answer, isFirst) {
    if (isFirst && level.parent === null) this.#say(plural(answer.total, "row"));
    if (this.wanted !== null) {
      const found = this.rows.find(this.wanted);
      if (found !== null) this.#become(found, found.row);
    } else if (this.active?.level === level && this.#activeRow() !== null && this.isWaiting) {
      this.#selectOnly(this.active);
    }
  }

  #retry(item) {
    this.rows.retry(item.level, item.index);
    this.focus();
    this.#schedule();
  }

  /** Make a change that may add lines above the visible ones, and keep these in place. */
  #keepingPlace(change) {
    const line = Math.floor(this.top / this.rowHeight);
    if (line === 0 || line >= this.rows.size) return change();
    const { level, index } = this.rows.at(line);
    const rest = this.top - line * this.rowHeight;
    const result = change();
    if (level.isAlive) {
      const top = this.rows.lineOf(level, index) * this.rowHeight + rest;
      if (top !== this.top) this.#scrollTo(top);
    }
    return result;
  }

  // Scrolling

  #onScroll() {
    const scroll = this.element.scrollTop;
    if (scroll === this.scroll) return;
    this.top = this.scale.follow(this.top, this.scroll, scroll);
    this.scroll = scroll;
    this.draw();
    clearTimeout(this.settling);
    if (!this.scale.isScaled) return;
    const isAtEnd = scroll <= 0 || scroll >= this.scale.lastScroll - 1;
    if (isAtEnd) this.#settle();
    else this.settling = setTimeout(() => this.#settle(), SETTLE_MILLISECONDS);
  }

  /** Move the scroll bar to the visible rows: scrolling a little does not move it. */
  #settle() {
    const scroll = this.scale.toScroll(this.top);
    if (Math.abs(scroll - this.element.scrollTop) >= 1) this.element.scrollTop = scroll;
    this.scroll = this.element.scrollTop;
  }

  #scrollTo(top) {
    const view = this.element.clientHeight - this.head.element.offsetHeight;
    this.scale.resize(this.rows.size * this.rowHeight, Math.max(view, 0));
    this.top = Math.min(Math.max(top, 0), this.scale.lastTop);
    // The scroll bar needs its range before its position.
    this.canvas.style.height = `${this.scale.height + this.head.element.offsetHeight}px`;
    this.#settle();
    this.#schedule();
  }

  /** Scroll to a line. */
  #show(line, where = "nearest") {
    const view = this.element.clientHeight - this.head.element.offsetHeight;
    const start = line * this.rowHeight;
    const isAbove = start < this.top;
    const isBelow = start + this.rowHeight > this.top + view;
    if (where === "middle" && (isAbove || isBelow)) this.#scrollTo(start - (view - this.rowHeight) / 2);
    else if (isAbove) this.#scrollTo(start);
    else if (isBelow) this.#scrollTo(start + this.rowHeight - view);
    this.draw();
  }

  #onResize() {
    const height = parseFloat(getComputedStyle(this.element).getPropertyValue("--hb-row-height"));
    if (height > 0 && height !== this.rowHeight) {
      this.top *= height / this.rowHeight;
      this.rowHeight = height;
    }
    this.head.fit(this.element.clientWidth);
    // An element that was removed from the page has lost its scroll position.
    this.#scrollTo(this.top);
    this.draw();
  }

  // Selection

  #activeRow() {
    return this.active === null ? null : this.active.level.rowAt(this.active.index);
  }

  /** Make a row the active one. */
  #become(place, row) {
    this.active = { level: place.level, index: place.index };
    this.anchor = this.active;
    this.wanted = null;
    this.isWaiting = false;
    if (this.selected.has(row.key)) this.selected.set(row.key, row);
  }

  #selectOnly(place) {
    this.selected.clear();
    this.active = { level: place.level, index: place.index };
    this.anchor = this.active;
    this.wanted = null;
    const row = this.#activeRow();
    // A row that is still loading is selected when it arrives.
    this.isWaiting = row === null;
    if (row !== null) {
      this.selected.set(row.key, row);
      this.#reportSelection(row);
    }
    this.#schedule();
  }

  #toggleSelected(place) {
    const row = place.level.rowAt(place.index);
    if (row === null) return;
    this.active = { level: place.level, index: place.index };
    this.anchor = this.active;
    this.wanted = null;
    if (!this.selected.delete(row.key)) this.#add(row);
    this.#reportSelection(row);
    this.#schedule();
  }

  /** Select all rows from the anchor to a line, after loading those that are missing. */
  async #selectRange(place) {
    const anchor = this.anchor ?? place;
    this.active = { level: place.level, index: place.index };
    this.anchor = anchor;
    this.wanted = null;
    this.revealing += 1;
    const turn = this.revealing;
    const lines = () => {
      const from = this.rows.lineOf(anchor.level, anchor.index);
      const to = this.rows.lineOf(place.level, place.index);
      const count = Math.min(Math.abs(to - from), this.options.mostSelected - 1);
      return from <= to ? [from, from + count] : [from - count, from];
    };
    const missing = this.rows.missing(...lines());
    if (missing.length > 0) await Promise.all(missing.map(([level, page]) => this.#fetch(level, page)));
    if (turn !== this.revealing || !anchor.level.isAlive || !place.level.isAlive || this.isDisposed) return;
    this.selected.clear();
    const [from, to] = lines();
    for (let line = from; line <= to; line += 1) {
      const { row } = this.rows.at(line);
      if (row !== null) this.#add(row);
    }
    // If the range is too long, the active row is not in it.
    const row = this.#activeRow() ?? [...this.selected.values()].at(-1);
    if (row !== undefined) this.#reportSelection(row);
    this.#schedule();
  }

  #add(row) {
    if (this.selected.size < this.options.mostSelected) this.selected.set(row.key, row);
  }

  #reportSelection(row) {
    const isFull = this.selected.size === this.options.mostSelected;
    if (this.selected.size > 1) this.#say(`${plural(this.selected.size, "row")} selected${isFull ? ", the maximum" : ""}`);
    this.options.onSelect?.(row, this.selectedKeys);
  }

  // Expanding

  #expand(place) {
    const isNew = place.level.childAt(place.index) === null;
    const level = this.rows.expand(place.level, place.index);
    if (level !== null && isNew) this.#reportExpanded();
    this.#schedule();
    return level;
  }

  #collapse(place) {
    const child = place.level.childAt(place.index);
    if (child === null) return;
    this.rows.collapse(place.level, place.index);
    if (this.active !== null && !this.active.level.isAlive) this.#selectOnly(place);
    if (this.anchor !== null && !this.anchor.level.isAlive) this.anchor = this.active;
    this.#reportExpanded();
    this.#schedule();
  }

  #toggle(place) {
    if (place.level.childAt(place.index) === null) this.#expand(place);
    else this.#collapse(place);
  }

  #reportExpanded() {
    this.options.onExpandedChange?.([...this.rows.expanded]);
  }

  // Input

  #itemOf(event) {
    const line = event.target.closest(".hb-row");
    return this.items?.get(line) ?? null;
  }

  #onClick(event) {
    const item = this.#itemOf(event);
    if (item === null || item.row === null) return;
    if (event.target.closest(".hb-twisty") !== null && item.row.expandable) this.#toggle(item);
    else if (event.shiftKey) void this.#selectRange(item);
    else if (event.ctrlKey || event.metaKey) this.#toggleSelected(item);
    else this.#selectOnly(item);
  }

  #onDoubleClick(event) {
    const item = this.#itemOf(event);
    if (item !== null && item.row !== null && event.target.closest(".hb-twisty") === null) this.#activate(item);
  }

  #onContextMenu(event) {
    const item = this.#itemOf(event);
    if (item === null || item.row === null || this.options.onMenu === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#menuAt(item, event.clientX, event.clientY);
  }

  #menuAt(item, x, y) {
    if (!this.selected.has(item.row.key)) this.#selectOnly(item);
    this.options.onMenu(item.row, x, y);
  }

  #activate(item) {
    if (item.kind === "failed" || item.kind === "broken") this.#retry(item);
    else if (item.row === null) return;
    else if (this.options.onActivate !== undefined) this.options.onActivate(item.row);
    else if (item.row.expandable) this.#toggle(item);
  }

  #onKey(event) {
    if (event.target !== this.element || event.altKey || event.isComposing) return;
    const action = this.#actionOf(event);
    if (action === null) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  #actionOf(event) {
    const line = this.active === null ? -1 : this.rows.lineOf(this.active.level, this.active.index);
    const last = this.rows.size - 1;
    const page = Math.max(Math.floor(this.scale.view / this.rowHeight) - 1, 1);
    const goals = { ArrowUp: line - 1, ArrowDown: line + 1, Home: 0, End: last, PageUp: line - page, PageDown: line + page };
    if (event.key in goals) return () => this.#goTo(Math.min(Math.max(goals[event.key], 0), last), event);
    if (line < 0) return null;
    const item = this.rows.at(line);
    if (event.key === "F10" && event.shiftKey) return () => this.#openMenu(item, line);
    if (event.shiftKey) return null;
    if (event.key === " ") return () => (event.ctrlKey || event.metaKey ? this.#toggleSelected(item) : this.#selectOnly(item));
    if (event.ctrlKey || event.metaKey) return null;
    switch (event.key) {
      case "ArrowRight":
        return () => this.#goInto(item, line);
      case "ArrowLeft":
        return () => this.#goOut(item);
      case "Enter":
        return () => this.#activate(item);
      case "ContextMenu":
        return () => this.#openMenu(item, line);
      default:
        return null;
    }
  }

  #goTo(line, { shiftKey = false, ctrlKey = false, metaKey = false } = {}) {
    const place = this.rows.at(line);
    if (shiftKey) {
      void this.#selectRange(place);
    } else if (ctrlKey || metaKey) {
      this.active = { level: place.level, index: place.index };
      this.isWaiting = false;
    } else {
      this.#selectOnly(place);
    }
    this.#show(line);
  }

  #goInto(item, line) {
    if (item.row === null || !item.row.expandable) return;
    if (item.level.childAt(item.index) === null) this.#expand(item);
    else this.#goTo(line + 1);
  }

  #goOut(item) {
    if (item.level.childAt(item.index) !== null) {
      this.#collapse(item);
    } else if (item.level.parent !== null) {
      this.#goTo(this.rows.lineOf(item.level.parent, item.level.place));
    }
  }

  #openMenu(item, line) {
    if (item.row === null || this.options.onMenu === undefined) return;
    this.#show(line);
    const box = document.getElementById(this.element.getAttribute("aria-activedescendant") ?? "")?.getBoundingClientRect();
    if (box !== undefined) this.#menuAt(item, box.left + 40, box.bottom);
  }

  #titleOf(key) {
    return this.options.columns.find((column) => column.key === key)?.title ?? this.options.labelTitle;
  }

  #say(text) {
    this.status.textContent = text;
  }
}

/** Make these the children of a parent, in this order, with as few moves as possible. */
function placeInOrder(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let next = parent.firstChild;
  for (const child of children) {
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
}
