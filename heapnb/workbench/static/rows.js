/**
 * Which rows a tree table shows, without how it draws them: levels whose rows arrive in pages, with
 * expanded rows between them, laid out as one list. Only pages that were shown are kept.
 */

/** Rows of one request. */
export const PAGE_SIZE = 100;

/** Pages that are kept; the least recently shown ones are dropped first. */
const MOST_PAGES = 200;

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {[role: string, text: string][]} label
 * @property {Record<string, string|number|null>} cells
 * @property {number|null} node_id
 * @property {boolean} expandable
 * @property {string[]} flags
 * @property {string|null} title
 *
 * @typedef {object} Page
 * @property {Row[]} rows
 * @property {number} total
 * @property {number} offset
 * @property {string|null} [note]
 *
 * @typedef {"row"|"waiting"|"failed"|"loading"|"broken"|"empty"|"note"} ItemKind
 *   What a line shows: a row; a row that is loading (waiting) or failed to load; or, for a whole level:
 *   it is loading, failed to load (broken), is empty, or a note below its rows.
 *
 * @typedef {object} Item
 * @property {ItemKind} kind
 * @property {Level} level
 * @property {number} index  Among the rows of its level.
 * @property {Row|null} row
 */

/** The rows below one row, or at the top. */
export class Level {
  /**
   * @param {Level|null} parent
   * @param {number} place  Of its row among those of the parent.
   * @param {Row|null} row
   */
  constructor(parent, place, row) {
    this.parent = parent;
    this.place = place;
    this.row = row;
    this.depth = parent === null ? 1 : parent.depth + 1;
    /** @type {number|null} How many rows there are; null until the first page arrives. */
    this.total = null;
    /** @type {string|null} */
    this.note = null;
    /** @type {Map<number, Row[]>} */
    this.pages = new Map();
    /** @type {Map<number, Error>} */
    this.failures = new Map();
    /** @type {Level[]} The levels of expanded rows, in order. */
    this.children = [];
    this.isClosed = false;
    /** @type {number|null} */
    this.knownSize = null;
  }

  /** Its own lines: its rows, or the one that says why there are none. */
  get length() {
    return Math.max(this.total ?? 1, 1) + (this.note === null ? 0 : 1);
  }

  /** Its lines with those of all levels below. */
  get size() {
    this.knownSize ??= this.children.reduce((sum, level) => sum + level.size, this.length);
    return this.knownSize;
  }

  /** Whether it is still part of the table. */
  get isAlive() {
    for (let level = this; level !== null; level = level.parent) {
      if (level.isClosed) return false;
    }
    return true;
  }

  /** @returns {Row|null} */
  rowAt(index) {
    const page = this.pages.get(Math.floor(index / PAGE_SIZE));
    return page?.[index % PAGE_SIZE] ?? null;
  }

  /** @returns {Level|null} The level below the row at a place. */
  childAt(index) {
    return this.children.find((level) => level.place === index) ?? null;
  }

  /** @returns {Error|null} Why the row at a place failed to load. */
  failureAt(index) {
    return this.failures.get(Math.floor(index / PAGE_SIZE)) ?? null;
  }

  /** Call this when the number of lines changes. */
  resized() {
    for (let level = this; level !== null; level = level.parent) level.knownSize = null;
  }
}

/** All rows of a table as one list of lines. */
export class TreeRows {
  constructor() {
    this.top = new Level(null, -1, null);
    /** @type {Set<string>} Keys of expanded rows, loaded or not. */
    this.expanded = new Set();
    /** @type {Map<string, [Level, number]>} Pages that are kept, the most recently shown last. */
    this.held = new Map();
    this.levelNumbers = new WeakMap();
    this.levelCount = 0;
  }

  /** How many lines there are. */
  get size() {
    return this.top.size;
  }

  /** Drop all rows, but not which of them are expanded. */
  reset() {
    this.top.isClosed = true;
    this.top = new Level(null, -1, null);
    this.held.clear();
  }

  /**
   * Return what a line shows.
   *
   * @param {number} line  From 0 to `size` - 1.
   * @returns {Item}
   */
  at(line) {
    let level = this.top;
    let rest = line;
    for (;;) {
      const inside = findChild(level, rest);
      rest = inside.rest;
      if (inside.level === null) return itemOf(level, rest);
      level = inside.level;
    }
  }

  /** Return the line of a row. */
  lineOf(level, index) {
    let line = 0;
    let place = index;
    for (let current = level; current !== null; current = current.parent) {
      line += place;
      for (const child of current.children) {
        if (child.place >= place) break;
        line += child.size;
      }
      if (current.parent !== null) line += 1;
      place = current.place;
    }
    return line;
  }

  /**
   * Return the pages that some lines need and that are not loaded, without those that failed.
   *
   * @returns {[Level, number][]}
   */
  missing(first, last) {
    const found = new Map();
    for (let line = first; line <= Math.min(last, this.size - 1); line += 1) {
      const { kind, level, index } = this.at(line);
      const page = Math.floor(index / PAGE_SIZE);
      const name = this.nameOf(level, page);
      if (kind === "waiting" || kind === "loading") found.set(name, [level, page]);
      else if (kind === "row") this.touch(name);
    }
    return [...found.values()];
  }

  /** Name a page, for maps. */
  nameOf(level, page) {
    if (!this.levelNumbers.has(level)) {
      this.levelCount += 1;
      this.levelNumbers.set(level, this.levelCount);
    }
    return `${this.levelNumbers.get(level)}:${page}`;
  }

  /**
   * Store the rows of a page.
   *
   * @param {Level} level
   * @param {number} page
   * @param {Page} answer
   * @returns {boolean} False if the level is no longer part of the table.
   */
  receive(level, page, answer) {
    if (!level.isAlive) return false;
    level.failures.delete(page);
    level.pages.set(page, answer.rows);
    level.total = answer.total;
    level.note = answer.note ?? null;
    level.children = level.children.filter((child) => child.place < answer.total);
    level.resized();
    this.held.set(this.nameOf(level, page), [level, page]);
    this.forgetOldest();
    answer.rows.forEach((row, i) => {
      const place = page * PAGE_SIZE + i;
      if (row.expandable && this.expanded.has(row.key) && level.childAt(place) === null) {
        this.addChild(level, place, row);
      }
    });
    return true;
  }

  /** Record that a page failed to load. */
  fail(level, page, error) {
    if (!level.isAlive) return false;
    level.failures.set(page, error);
    return true;
  }

  /** Allow another request for the page of a row. */
  retry(level, index) {
    level.failures.delete(Math.floor(index / PAGE_SIZE));
  }

  /** Expand a loaded row; returns the level below it. */
  expand(level, index) {
    const row = level.rowAt(index);
    if (row === null || !row.expandable) return null;
    this.expanded.add(row.key);
    return level.childAt(index) ?? this.addChild(level, index, row);
  }

  /** Collapse a row and all rows below it. */
  collapse(level, index) {
    const child = level.childAt(index);
    if (child === null) return;
    child.isClosed = true;
    level.children = level.children.filter((other) => other !== child);
    level.resized();
    const below = `${child.row.key}/`;
    for (const key of [...this.expanded]) {
      if (key === child.row.key || key.startsWith(below)) this.expanded.delete(key);
    }
  }

  /**
   * Expand these rows and no others: loaded rows now, the others when they arrive.
   *
   * @param {Iterable<string>} keys
   */
  setExpanded(keys) {
    this.expanded = new Set(keys);
    const pending = [this.top];
    for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
      for (const child of level.children) child.isClosed = !this.expanded.has(child.row.key);
      level.children = level.children.filter((child) => !child.isClosed);
      for (const [index, row] of rowsOf(level)) {
        const isWanted = row.expandable && this.expanded.has(row.key);
        if (isWanted && level.childAt(index) === null) this.addChild(level, index, row);
      }
      level.resized();
      pending.push(...level.children);
    }
  }

  /**
   * Search the loaded rows.
   *
   * @param {string} key
   * @returns {{level: Level, index: number, row: Row}|null}
   */
  find(key) {
    const pending = [this.top];
    for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
      for (const [index, row] of rowsOf(level)) {
        if (row.key === key) return { level, index, row };
      }
      pending.push(...level.children);
    }
    return null;
  }

  /** @private */
  addChild(level, place, row) {
    const child = new Level(level, place, row);
    level.children.push(child);
    level.children.sort((a, b) => a.place - b.place);
    level.resized();
    return child;
  }

  /** @private */
  touch(name) {
    const held = this.held.get(name);
    if (held === undefined) return;
    this.held.delete(name);
    this.held.set(name, held);
  }

  /** @private */
  forgetOldest() {
    for (const [name, [level, page]] of this.held) {
      if (this.held.size <= MOST_PAGES) return;
      level.pages.delete(page);
      this.held.delete(name);
    }
  }
}

/** Find the child level that contains a line of a level, or the level's own row. */
function findChild(level, line) {
  let before = 0;
  for (const child of level.children) {
    const start = child.place + 1 + before;
    if (line < start) break;
    if (line < start + child.size) return { level: child, rest: line - start };
    before += child.size;
  }
  return { level: null, rest: line - before };
}

function itemOf(level, index) {
  const page = Math.floor(index / PAGE_SIZE);
  if (level.total === null) return { kind: level.failures.has(0) ? "broken" : "loading", level, index: 0, row: null };
  if (level.total === 0 && index === 0) return { kind: "empty", level, index, row: null };
  if (index >= level.total) return { kind: "note", level, index, row: null };
  const row = level.rowAt(index);
  if (row !== null) return { kind: "row", level, index, row };
  return { kind: level.failures.has(page) ? "failed" : "waiting", level, index, row: null };
}

function* rowsOf(level) {
  for (const [page, rows] of level.pages) {
    for (const [i, row] of rows.entries()) yield /** @type {[number, Row]} */ ([page * PAGE_SIZE + i, row]);
  }
}
