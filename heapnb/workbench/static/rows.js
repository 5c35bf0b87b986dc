/**
 * Which rows a tree table shows, without a thought of how: levels whose rows come in pages, some of
 * them unfolded, laid out as one list. Only what has been looked at is held.
 */

/** Rows asked for at once. */
export const PAGE_SIZE = 100;

/** Pages held at once; those not looked at for the longest time go first. */
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
 *   What stands at a place: a row; one that is not here yet, or could not be had; or, for a whole
 *   level: it is not known yet, could not be had, is empty, or a remark below its rows.
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
    /** @type {number|null} How many rows there are; null until the first page is here. */
    this.total = null;
    /** @type {string|null} */
    this.note = null;
    /** @type {Map<number, Row[]>} */
    this.pages = new Map();
    /** @type {Map<number, Error>} */
    this.failures = new Map();
    /** @type {Level[]} Unfolded rows, in order. */
    this.unfolded = [];
    this.isClosed = false;
    /** @type {number|null} */
    this.knownSize = null;
  }

  /** Lines of its own: its rows, or the one that says why there are none. */
  get length() {
    return Math.max(this.total ?? 1, 1) + (this.note === null ? 0 : 1);
  }

  /** Lines with those of all that is unfolded below. */
  get size() {
    this.knownSize ??= this.unfolded.reduce((sum, level) => sum + level.size, this.length);
    return this.knownSize;
  }

  /** Whether it still is part of what is shown. */
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

  /** @returns {Level|null} What is unfolded at a place. */
  unfoldedAt(index) {
    return this.unfolded.find((level) => level.place === index) ?? null;
  }

  /** @returns {Error|null} Why the row at a place could not be had. */
  failureAt(index) {
    return this.failures.get(Math.floor(index / PAGE_SIZE)) ?? null;
  }

  /** To be called when the number of lines changes. */
  resized() {
    for (let level = this; level !== null; level = level.parent) level.knownSize = null;
  }
}

/** All rows of a table as one list of lines. */
export class TreeRows {
  constructor() {
    this.top = new Level(null, -1, null);
    /** @type {Set<string>} Keys of rows that are, or are to be, unfolded. */
    this.expanded = new Set();
    /** @type {Map<string, [Level, number]>} Pages held, the one seen last at the end. */
    this.held = new Map();
    this.levelNumbers = new WeakMap();
    this.levelCount = 0;
  }

  /** How many lines there are. */
  get size() {
    return this.top.size;
  }

  /** Forget all rows, but not which are unfolded. */
  reset() {
    this.top.isClosed = true;
    this.top = new Level(null, -1, null);
    this.held.clear();
  }

  /**
   * Return what stands in a line.
   *
   * @param {number} line  From 0 to `size` - 1.
   * @returns {Item}
   */
  at(line) {
    let level = this.top;
    let rest = line;
    for (;;) {
      const inside = findUnfolded(level, rest);
      rest = inside.rest;
      if (inside.level === null) return itemOf(level, rest);
      level = inside.level;
    }
  }

  /** Return the line in which a row stands. */
  lineOf(level, index) {
    let line = 0;
    let place = index;
    for (let current = level; current !== null; current = current.parent) {
      line += place;
      for (const child of current.unfolded) {
        if (child.place >= place) break;
        line += child.size;
      }
      if (current.parent !== null) line += 1;
      place = current.place;
    }
    return line;
  }

  /**
   * Return pages that some lines need and that are not here, those that failed left out.
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
   * Take in the rows of a page.
   *
   * @param {Level} level
   * @param {number} page
   * @param {Page} answer
   * @returns {boolean} False if nobody waits for it any more.
   */
  receive(level, page, answer) {
    if (!level.isAlive) return false;
    level.failures.delete(page);
    level.pages.set(page, answer.rows);
    level.total = answer.total;
    level.note = answer.note ?? null;
    level.unfolded = level.unfolded.filter((child) => child.place < answer.total);
    level.resized();
    this.held.set(this.nameOf(level, page), [level, page]);
    this.forgetOldest();
    answer.rows.forEach((row, i) => {
      const place = page * PAGE_SIZE + i;
      if (row.expandable && this.expanded.has(row.key) && level.unfoldedAt(place) === null) {
        this.unfold(level, place, row);
      }
    });
    return true;
  }

  /** Note that a page could not be had. */
  fail(level, page, error) {
    if (!level.isAlive) return false;
    level.failures.set(page, error);
    return true;
  }

  /** Let the page of a row that could not be had be asked for again. */
  retry(level, index) {
    level.failures.delete(Math.floor(index / PAGE_SIZE));
  }

  /** Unfold a row that is here; returns what is below it. */
  expand(level, index) {
    const row = level.rowAt(index);
    if (row === null || !row.expandable) return null;
    this.expanded.add(row.key);
    return level.unfoldedAt(index) ?? this.unfold(level, index, row);
  }

  /** Fold a row, and forget all that was unfolded below it. */
  collapse(level, index) {
    const child = level.unfoldedAt(index);
    if (child === null) return;
    child.isClosed = true;
    level.unfolded = level.unfolded.filter((other) => other !== child);
    level.resized();
    const below = `${child.row.key}/`;
    for (const key of [...this.expanded]) {
      if (key === child.row.key || key.startsWith(below)) this.expanded.delete(key);
    }
  }

  /**
   * Unfold these rows and no others, as far as they are here; the rest when they come.
   *
   * @param {Iterable<string>} keys
   */
  setExpanded(keys) {
    this.expanded = new Set(keys);
    const pending = [this.top];
    for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
      for (const child of level.unfolded) child.isClosed = !this.expanded.has(child.row.key);
      level.unfolded = level.unfolded.filter((child) => !child.isClosed);
      for (const [index, row] of rowsOf(level)) {
        const isWanted = row.expandable && this.expanded.has(row.key);
        if (isWanted && level.unfoldedAt(index) === null) this.unfold(level, index, row);
      }
      level.resized();
      pending.push(...level.unfolded);
    }
  }

  /**
   * Look for a row among those that are here.
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
      pending.push(...level.unfolded);
    }
    return null;
  }

  /** @private */
  unfold(level, place, row) {
    const child = new Level(level, place, row);
    level.unfolded.push(child);
    level.unfolded.sort((a, b) => a.place - b.place);
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

/** Find the unfolded level that a line of a level falls into, or the row of its own. */
function findUnfolded(level, line) {
  let before = 0;
  for (const child of level.unfolded) {
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
