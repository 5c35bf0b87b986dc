/** The retainers of a node, their retainers, and so on to the GC roots. */

import { element } from "./dom.js";
import { formatCount } from "./format.js";
import { openMenu } from "./menu.js";
import { toggled } from "./state.js";
import { TreeTable } from "./treetable.js";

const VIEW = "retainers";
const LONGEST_PATH = 200;
const MOST_COMPARED = 100;

export class RetainersPane {
  #options;
  #view;
  #table = null;
  #head;
  #body;
  #restore;
  #nodeId = null;
  #ignored = [];
  #pathNumber = 0;

  /**
   * @param {object} options
   * @param {import("./requests.js").Requests} options.requests
   * @param {object} options.view - The source's description of this table.
   * @param {number} options.totalSize
   * @param {number} [options.mostSelected]
   * @param {(nodeIds: number[]) => void} options.onIgnore - Called with all nodes to ignore.
   * @param {(row: object, keys: string[]) => void} options.onSelect
   * @param {(nodeId: number) => void} options.goto
   * @param {(row: object) => object[]} options.menuOf - Other actions for a row.
   * @param {(error: Error, retry: () => void) => void} options.onProblem
   */
  constructor(options) {
    this.#options = options;
    this.#view = options.view;
    const path = element("button", { class: "hs-button", type: "button", title: "Expand the closest retainers up to the GC roots." }, "Path to roots");
    path.addEventListener("click", () => this.#expandPath());
    this.#restore = element("button", { class: "hs-button", type: "button", hidden: true });
    this.#restore.addEventListener("click", () => options.onIgnore([]));
    this.#head = element("div", { class: "hs-pane-head" }, path, this.#restore);
    this.#body = element("div", { class: "hs-table-host" });
    this.element = element("div", { class: "hs-retainers" }, this.#head, this.#body);
    this.#showNothing();
  }

  /** Show what retains a node, some retainers left out; null shows nothing. */
  show(nodeId, ignored) {
    const isSame = nodeId === this.#nodeId;
    this.#nodeId = nodeId;
    this.#ignored = ignored;
    this.#restore.hidden = ignored.length === 0;
    this.#restore.textContent = `Restore ignored (${formatCount(ignored.length)})`;
    this.#pathNumber += 1;
    if (nodeId === null) this.#showNothing();
    else if (isSame && this.#table) this.#table.reload();
    else this.#showTable();
  }

  focus() {
    this.#table?.focus();
  }

  dispose() {
    this.#pathNumber += 1;
    this.#table?.dispose();
    this.#table = null;
  }

  #showNothing() {
    this.#table?.dispose();
    this.#table = null;
    this.#head.hidden = true;
    this.#body.replaceChildren(element("p", { class: "hs-nothing" }, "Select an object to see what keeps it alive."));
  }

  #showTable() {
    // Another node is another tree: no expanded rows are kept.
    this.#table?.dispose();
    this.#head.hidden = false;
    this.#body.replaceChildren();
    const { columns, label_title: labelTitle, sort, empty_text: emptyText } = this.#view;
    const [key, descending] = sort;
    this.#table = new TreeTable(this.#body, {
      columns,
      labelTitle,
      load: (parent, offset, limit) => this.#load(parent, offset, limit),
      totalSize: this.#options.totalSize,
      mostSelected: this.#options.mostSelected,
      sort: { key, descending },
      onSort: (column, isDescending) => {
        this.#view = { ...this.#view, sort: [column, isDescending] };
        this.#table.setSort({ key: column, descending: isDescending });
        this.#table.reload();
      },
      onSelect: (row, keys) => this.#options.onSelect(row, keys),
      onActivate: (row) => row.node_id !== null && this.#options.goto(row.node_id),
      onExpandedChange: () => {},
      onMenu: (row, x, y) => this.#openMenu(row, x, y),
      emptyText,
      name: "Retainers",
    });
  }

  async #load(parent, offset, limit) {
    const [sort, descending] = this.#view.sort;
    try {
      return await this.#options.requests.send("rows", {
        view: VIEW,
        parent,
        offset,
        limit,
        sort,
        descending,
        filters: {},
        node_id: this.#nodeId,
        ignored: this.#ignored,
      });
    } catch (error) {
      this.#options.onProblem(error, () => this.#table?.reload());
      throw error;
    }
  }

  #openMenu(row, x, y) {
    const items = this.#options.menuOf(row);
    if (row.node_id !== null) {
      const isIgnored = this.#ignored.includes(row.node_id);
      items.unshift({
        label: isIgnored ? "Restore this retainer" : "Ignore this retainer",
        run: () => this.#options.onIgnore(toggled(this.#ignored, row.node_id)),
      });
    }
    openMenu(this.#body, items, { x, y });
  }

  /** Expand the retainer closest to a GC root, level by level. */
  async #expandPath() {
    const number = ++this.#pathNumber;
    const path = [];
    const keys = [];
    for (let parent = null; keys.length < LONGEST_PATH; ) {
      let page;
      try {
        page = await this.#load(parent, 0, MOST_COMPARED);
      } catch {
        return;
      }
      if (number !== this.#pathNumber) return;
      const index = closest(page.rows);
      const row = page.rows[index];
      if (!row) break;
      path.push([row.key, index]);
      if (!row.expandable) break;
      keys.push(row.key);
      parent = row.key;
    }
    this.#table.setExpanded(keys);
    await this.#table.reveal(path);
  }
}

/** Return the index of the first row with the smallest distance. */
function closest(rows) {
  const distances = rows.map(({ cells }) => cells.distance ?? Infinity);
  return distances.indexOf(Math.min(...distances));
}
