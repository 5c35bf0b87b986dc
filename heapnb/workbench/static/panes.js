/** The lower part: the retainers of a node as a tree and as a drawing, and its details. */

import { Breadcrumbs } from "./breadcrumbs.js";
import { DetailsPane } from "./details.js";
import { element } from "./dom.js";
import { GraphPane } from "./graphpane.js";
import { Newest, Resting } from "./requests.js";
import { RetainersPane } from "./retainerspane.js";
import { Tabs } from "./tabs.js";

export class Panes {
  #options;
  #retainers;
  #graph;
  #details;
  #crumbs;
  #tabs;
  #keys;
  #shown = null;
  #newest = new Newest();
  #restingSelection = new Resting();
  #restingFocus = new Resting();

  /**
   * @param {object} options - Those of `RetainersPane`, `GraphPane` and `DetailsPane`.
   * @param {(method: string) => boolean} options.canDo - What the source answers.
   * @param {(key: string) => void} options.onPane - Called when the reader chooses a pane.
   */
  constructor(options) {
    this.#options = options;
    const { canDo } = options;
    this.#crumbs = new Breadcrumbs(options.goto);
    this.#retainers = new RetainersPane({ ...options, onSelect: options.onSelectRetainer });
    this.#graph = new GraphPane({ ...options, onSelect: options.onSelectInGraph });
    this.#details = new DetailsPane({ ...options, canShowText: canDo("text") });
    const panes = [
      { key: "retainers", title: "Retainers", element: this.#retainers.element, isOffered: canDo("retainers") },
      { key: "graph", title: "Graph", element: this.#graph.element, isOffered: canDo("graph") },
      { key: "details", title: "Details", element: this.#details.element, isOffered: canDo("details") },
    ].filter(({ isOffered }) => isOffered);
    const elements = new Map(panes.map((pane) => [pane.key, element("div", { class: "hs-pane" }, pane.element)]));
    this.#tabs = new Tabs({
      label: "About the selected object",
      tabs: panes,
      panelOf: (key) => elements.get(key),
      onSelect: (key) => {
        this.show(key);
        options.onPane(key);
      },
      followsFocus: true,
    });
    this.element = element(
      "div",
      { class: "hs-lower" },
      element("div", { class: "hs-lower-head" }, this.#tabs.element, this.#crumbs.element),
      ...elements.values(),
    );
    this.#keys = panes.map(({ key }) => key);
    this.element.hidden = panes.length === 0;
  }

  /** The details of the selected node; null before they arrive. */
  get details() {
    return this.#shown;
  }

  /** Show a pane; the first one if this one is not offered. */
  show(key) {
    if (this.#keys.length === 0) return;
    const shown = this.#keys.includes(key) ? key : this.#keys[0];
    this.#tabs.select(shown);
    this.#graph.setVisible(shown === "graph");
  }

  /** Show what retains a node, without ignored retainers. */
  setFocus(nodeId, ignored) {
    this.#restingFocus.run(() => {
      this.#retainers.show(nodeId, ignored);
      this.#graph.show(nodeId);
    });
  }

  /** Show the details of the selection: a node, a row without one, or nothing. */
  setSelected(nodeId, row, columns) {
    this.#graph.select(nodeId);
    if (nodeId !== null) {
      this.#restingSelection.run(() => this.#loadDetails(nodeId));
      return;
    }
    this.#newest.next();
    this.#shown = null;
    this.#crumbs.show([]);
    if (row) this.#details.showRow(row, columns);
    else this.#details.clear();
  }

  /** Show details that were requested elsewhere. */
  setDetails(details) {
    this.#shown = details;
    this.#crumbs.show(details.breadcrumbs ?? []);
    this.#details.showNode(details);
  }

  dispose() {
    this.#newest.next();
    this.#restingSelection.dispose();
    this.#restingFocus.dispose();
    this.#retainers.dispose();
    this.#graph.dispose();
    this.#tabs.dispose();
  }

  async #loadDetails(nodeId) {
    const isNewest = this.#newest.next();
    if (this.#shown?.node_id === nodeId) return;
    try {
      const details = await this.#options.requests.send("details", { node_id: nodeId });
      if (isNewest()) this.setDetails(details);
    } catch (error) {
      if (isNewest()) this.#options.onProblem(error, () => this.#loadDetails(nodeId));
    }
  }
}
