/** One view: its tree table, or its chart. Created when its tab is first selected. */

import { ChartView } from "./chartview.js";
import { element } from "./dom.js";
import { plural } from "./format.js";
import { Newest } from "./requests.js";
import { countFilters, sameValue } from "./state.js";
import { TreeTable } from "./treetable.js";

export class ViewPanel {
  #options;
  #settings;
  #expanded = [];
  #table = null;
  #chart = null;
  #isOpen = false;
  #total = null;
  #note = null;
  #newest = new Newest();

  /**
   * @param {object} view - As the source describes it.
   * @param {object} options
   * @param {import("./requests.js").Requests} options.requests
   * @param {number} options.totalSize
   * @param {number} [options.mostSelected]
   * @param {object} options.settings - Sorting and filters.
   * @param {string[]} options.expanded - Keys of the rows that are open.
   * @param {(sort: string|null, descending: boolean) => void} options.onSort
   * @param {(row: object, keys: string[]) => void} options.onSelect
   * @param {(row: object) => void} options.onActivate
   * @param {(keys: string[]) => void} options.onExpandedChange
   * @param {(row: object, opener: HTMLElement, place: {x: number, y: number}) => void} options.onMenu
   * @param {() => void} options.onFacts - Called when the facts about the rows change.
   * @param {(error: Error, retry: () => void) => void} options.onProblem
   */
  constructor(view, options) {
    this.view = view;
    this.#options = options;
    this.#settings = options.settings;
    this.#expanded = options.expanded;
    this.element = element("div", { class: "hs-view" });
  }

  get isTable() {
    return this.view.kind !== "chart";
  }

  get selectedRow() {
    return this.#table?.selectedRow ?? null;
  }

  /** What the status line says. */
  get facts() {
    if (this.#total === null) return [];
    const rows = plural(this.#total, "row");
    const filters = countFilters(this.#settings.filters);
    return [filters > 0 ? `${rows}, filtered` : rows, this.#note];
  }

  /** Create the table or chart, once. */
  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.isTable) this.#openTable();
    else this.#openChart();
  }

  applySettings(settings) {
    if (sameValue(settings, this.#settings)) return;
    this.#settings = settings;
    this.#table?.setSort({ key: settings.sort, descending: settings.descending });
    this.#table?.reload();
  }

  applyExpanded(keys) {
    if (sameValue(keys, this.#expanded)) return;
    this.#expanded = keys;
    this.#table?.setExpanded(keys);
  }

  /**
   * Select a row: a loaded one, or the one of its node.
   *
   * @param {{key: string|null, node_id: number|null}} selected
   */
  async select({ key, node_id: nodeId }) {
    if (!this.#table || this.selectedRow?.key === key) return;
    const isNewest = this.#newest.next();
    const path = this.#pathTo(key) ?? (nodeId === null ? null : await this.locate(nodeId));
    if (!isNewest()) return;
    if (path === null) this.#table.select(key);
    else await this.reveal(path);
  }

  /** Return the path to a loaded row. */
  #pathTo(key) {
    const found = key === null ? null : this.#table.rows.find(key);
    if (found === null) return null;
    const path = [[key, found.index]];
    for (let { level } = found; level.parent !== null; level = level.parent) path.unshift([level.row.key, level.place]);
    return path;
  }

  /** Ask where a node is; null if it is not in this view. */
  async locate(nodeId) {
    const { sort, descending, filters } = this.#settings;
    const params = { view: this.view.key, node_id: nodeId, sort, descending, filters };
    return (await this.#options.requests.send("locate", params)).path;
  }

  /** Expand the path to a row, show and select the row; returns its key. */
  async reveal(path) {
    const [key] = path.at(-1);
    await this.#table.reveal(path);
    this.#table.select(key);
    return key;
  }

  reload() {
    if (this.#table) this.#table.reload();
    else if (this.#isOpen) this.#openChart();
  }

  focus() {
    this.#table?.focus();
  }

  dispose() {
    this.#newest.next();
    this.#table?.dispose();
    this.#chart?.dispose();
  }

  #openTable() {
    const { onSort, onSelect, onActivate, onMenu } = this.#options;
    const { sort, descending } = this.#settings;
    this.#table = new TreeTable(this.element, {
      columns: this.view.columns,
      labelTitle: this.view.label_title ?? this.view.title,
      load: (parent, offset, limit) => this.#load(parent, offset, limit),
      totalSize: this.#options.totalSize,
      mostSelected: this.#options.mostSelected,
      sort: { key: sort, descending },
      onSort,
      onSelect,
      onActivate,
      onExpandedChange: (keys) => {
        this.#expanded = keys;
        this.#options.onExpandedChange(keys);
      },
      onMenu: (row, x, y) => onMenu(row, this.element, { x, y }),
      emptyText: this.view.empty_text ?? "No rows",
      name: this.view.title,
    });
    if (this.#expanded.length > 0) this.#table.setExpanded(this.#expanded);
  }

  async #load(parent, offset, limit) {
    const { sort, descending, filters } = this.#settings;
    const params = { view: this.view.key, parent, offset, limit, sort, descending, filters };
    try {
      const page = await this.#options.requests.send("rows", params);
      if (parent === null) this.#setFacts(page.total, page.note ?? null);
      return page;
    } catch (error) {
      this.#options.onProblem(error, () => this.reload());
      throw error;
    }
  }

  #setFacts(total, note) {
    this.#total = total;
    this.#note = note;
    this.#options.onFacts();
  }

  async #openChart() {
    this.#chart ??= new ChartView(this.element);
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await this.#options.requests.send("chart", { view: this.view.key });
      this.#chart.show(answer, { title: this.view.title, totalSize: this.#options.totalSize });
      this.#setFacts(answer.table.rows.length, answer.note ?? null);
    } catch (error) {
      this.#options.onProblem(error, () => this.reload());
    } finally {
      this.element.removeAttribute("aria-busy");
    }
  }
}
