/**
 * The browser of a heap: tabs with views, filters, and below the table the retainers of the selection.
 *
 * The source answers requests; the store holds what views of one browser share. Both may be those of
 * a kernel or of a page. Besides `description` and `request`, a source may say by
 * `description.methods` which requests it answers; without that, a static one answers no `python`,
 * `text` or `graph`. An error of a request that has `disconnected` set stays on display until the
 * source answers again.
 *
 * Selecting a row of a view sets `selected` and `focus_id`, the node whose retainers are shown.
 * Selecting a retainer, or a node of the drawing, sets `selected` alone; its key is not that of a row.
 */

import { copyText } from "./clipboard.js";
import { pathText } from "./breadcrumbs.js";
import { element } from "./dom.js";
import { formatBytes, plural, visible } from "./format.js";
import { History } from "./history.js";
import { openMenu } from "./menu.js";
import { Panes } from "./panes.js";
import { Newest, Requests } from "./requests.js";
import { Splitter } from "./splitter.js";
import { sameValue, settingsOf, withExpanded, withSettings } from "./state.js";
import { StatusLine } from "./statusline.js";
import { Tabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";
import { ViewPanel } from "./viewpanel.js";

const NOT_STATIC = new Set(["python", "text", "graph"]);

/**
 * Put a browser into an element.
 *
 * @param {HTMLElement} host
 * @param {{description: object, request(method: string, params: object): Promise<object>}} source
 * @param {{get(key: string): any, set(key: string, value: any): void,
 *   subscribe(key: string, callback: () => void): () => void}} store
 * @param {{copyToCell?: (code: string) => boolean|Promise<boolean>}} [options] - `copyToCell` puts code
 *   into a new cell; it returns false where there are none.
 * @returns {{dispose(): void, goto(nodeId: number): Promise<void>}}
 */
export function mountBrowser(host, source, store, options = {}) {
  const browser = new Browser(host, source, store, options);
  return { dispose: () => browser.dispose(), goto: (nodeId) => browser.goto(nodeId) };
}

class Browser {
  #description;
  #store;
  #options;
  #requests;
  #views;
  #panels = new Map();
  #root;
  #tabs;
  #toolbar;
  #panes;
  #status;
  #history = new History();
  #isRestoring = false;
  #isDisconnected = false;
  #applied = {};
  #newestGoto = new Newest();
  #unsubscribe;

  constructor(host, source, store, options) {
    this.#description = source.description;
    this.#store = store;
    this.#options = options;
    this.#views = new Map(this.#description.views.map((view) => [view.key, view]));
    this.#requests = new Requests(source, {
      onWaiting: (isWaiting) => this.#status.setWaiting(isWaiting),
      onAnswer: () => this.#reconnected(),
    });
    this.#build();
    host.append(this.#root);
    const appliers = {
      settings: (settings) => this.#applySettings(settings),
      expanded: (expanded) => this.#applyExpanded(expanded),
      view: (view) => this.#applyView(view),
      pane: (pane) => this.#panes.show(pane),
      selected: () => this.#applySelected(),
      focus_id: () => this.#applyFocus(),
      ignored: () => this.#applyFocus(),
    };
    this.#unsubscribe = Object.entries(appliers).map(([key, apply]) => {
      const follow = () => this.#follow(key, apply);
      follow();
      return store.subscribe(key, follow);
    });
    this.#appliers = appliers;
  }

  #appliers = {};

  /** Show a node, in the current view if it is listed there. */
  async goto(nodeId) {
    const isNewest = this.#newestGoto.next();
    try {
      if (this.#canDo("details")) {
        const details = await this.#requests.send("details", { node_id: nodeId });
        if (!isNewest()) return;
        this.#panes.setDetails(details);
      }
      const asked = { node_id: nodeId, view: this.#view.key, settings: this.#store.get("settings") ?? {} };
      const found = await this.#requests.send("goto", asked);
      if (!isNewest()) return;
      this.#status.clearProblem();
      this.#history.rest();
      if (found.view === null) this.#selectUnlisted(nodeId);
      else await this.#show(nodeId, found, isNewest);
    } catch (error) {
      if (isNewest()) this.#showProblem(error, null);
    }
  }

  dispose() {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#newestGoto.next();
    this.#requests.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
    this.#tabs.dispose();
    this.#toolbar.dispose();
    this.#panes.dispose();
    this.#status.dispose();
    this.#root.remove();
  }

  // -- building ----------------------------------------------------------------------------

  #build() {
    const { title, total_size: totalSize, node_count: nodeCount } = this.#description;
    this.#status = new StatusLine([title && visible(title), formatBytes(totalSize), plural(nodeCount, "node")]);
    this.#toolbar = new Toolbar({
      onBack: () => this.#travel(this.#history.back()),
      onForward: () => this.#travel(this.#history.forward()),
      onFilter: (filters) => this.#changeSettings(this.#view.key, { filters }),
      onGoto: (nodeId) => this.goto(nodeId),
      onWrongId: (text) => this.#showProblem(new Error(`“${text}” is not a node id. Enter a number such as 12345.`), null),
      actions: () => this.#copyActions(this.#store.get("selected")),
      canGoto: this.#canDo("goto"),
      onPython: this.#canDo("python") ? () => this.#givePython(this.#store.get("selected")) : null,
      pythonTitle: this.#options.copyToCell ? "Python in a new cell" : "Copy as Python",
    });
    this.#panes = new Panes({
      requests: this.#requests,
      view: this.#description.retainers,
      totalSize,
      canDo: (method) => this.#canDo(method),
      canExpand: !this.#description.static,
      onIgnore: (nodeIds) => this.#put("ignored", nodeIds),
      onSelectRetainer: (row) => this.#select({ view: "retainers", key: row.key, node_id: row.node_id }, []),
      onSelectInGraph: (nodeId) => this.#select({ view: this.#view.key, key: null, node_id: nodeId }, []),
      goto: (nodeId) => this.goto(nodeId),
      menuOf: (row) => this.#rowActions("retainers", row),
      onPane: (pane) => this.#put("pane", pane),
      mostSelected: this.#description.most_selected,
      onProblem: (error, retry) => this.#showProblem(error, retry ?? null),
    });
    for (const view of this.#views.values()) this.#panels.set(view.key, this.#panelOf(view));
    this.#tabs = new Tabs({
      label: "Views",
      tabs: [...this.#views.values()],
      panelOf: (key) => this.#panels.get(key).element,
      onSelect: (key) => this.#put("view", key),
    });
    const upper = element("div", { class: "hs-upper" }, ...[...this.#panels.values()].map((panel) => panel.element));
    this.#root = element("section", { class: "heapnb-browser", "aria-label": `Heap browser ${visible(title ?? "")}`.trim() });
    // Otherwise JupyterLab applies its shortcuts to the cell while the reader moves through rows.
    this.#root.dataset.lmSuppressShortcuts = "true";
    const splitter = new Splitter(this.#root, this.#panes.element, "Height of the lower part");
    splitter.element.hidden = this.#panes.element.hidden;
    this.#root.append(
      element("div", { class: "hs-head" }, this.#tabs.element),
      this.#toolbar.element,
      upper,
      splitter.element,
      this.#panes.element,
      this.#status.element,
    );
    this.#root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #panelOf(view) {
    return new ViewPanel(view, {
      requests: this.#requests,
      totalSize: this.#description.total_size,
      settings: settingsOf(this.#store.get("settings"), view),
      expanded: this.#store.get("expanded")?.[view.key] ?? [],
      onSort: (sort, descending) => this.#changeSettings(view.key, { sort, descending }),
      onSelect: (row, keys) => {
        this.#select({ view: view.key, key: row.key, node_id: row.node_id }, keys);
        this.#put("focus_id", row.node_id);
      },
      onActivate: (row) => row.node_id !== null && this.#put("pane", "retainers"),
      onExpandedChange: (keys) => this.#put("expanded", withExpanded(this.#store.get("expanded"), view.key, keys, this.#description.most_expanded)),
      mostSelected: this.#description.most_selected,
      onMenu: (row, opener, place) => openMenu(opener, this.#rowActions(view.key, row), place),
      onFacts: () => this.#showFacts(),
      onProblem: (error, retry) => this.#showProblem(error, retry),
    });
  }

  #canDo(method) {
    const { methods, static: isStatic } = this.#description;
    if (methods) return methods.includes(method);
    return !(isStatic && NOT_STATIC.has(method));
  }

  // -- the state ----------------------------------------------------------------------------

  get #view() {
    return this.#views.get(this.#store.get("view")) ?? this.#views.values().next().value;
  }

  get #panel() {
    return this.#panels.get(this.#view.key);
  }

  /** Change the state and apply the change, as for changes from elsewhere. */
  #put(key, value) {
    if (sameValue(this.#store.get(key), value)) return;
    this.#store.set(key, value);
    const apply = this.#appliers[key];
    if (apply) this.#follow(key, apply);
  }

  /** Apply a part of the state, once: some stores also report our own changes. */
  #follow(key, apply) {
    const value = this.#store.get(key) ?? null;
    if (key in this.#applied && sameValue(this.#applied[key], value)) return;
    this.#applied[key] = value;
    apply(value);
  }

  #select(selected, keys) {
    this.#put("selected_keys", keys.slice(0, this.#description.most_selected));
    this.#put("selected", selected);
  }

  #changeSettings(view, changes) {
    this.#put("settings", withSettings(this.#store.get("settings"), this.#views.get(view), changes));
  }

  #applySettings(settings) {
    for (const [key, panel] of this.#panels) panel.applySettings(settingsOf(settings, this.#views.get(key)));
    this.#toolbar.filters.show(settingsOf(settings, this.#view).filters);
    this.#showFacts();
  }

  #applyExpanded(expanded) {
    for (const [key, panel] of this.#panels) panel.applyExpanded(expanded?.[key] ?? []);
  }

  #applyView() {
    const view = this.#view;
    this.#tabs.select(view.key);
    this.#toolbar.filters.setFilters(view.filters ?? []);
    this.#toolbar.filters.show(settingsOf(this.#store.get("settings"), view).filters);
    this.#panel.open();
    this.#showFacts();
    this.#followSelection();
    this.#visit();
  }

  #applySelected() {
    const selected = this.#store.get("selected");
    this.#followSelection();
    const row = selected?.view === this.#view.key ? this.#panel.selectedRow : null;
    this.#panes.setSelected(selected?.node_id ?? null, row?.key === selected?.key ? row : null, this.#view.columns ?? []);
    this.#visit();
  }

  #applyFocus() {
    this.#panes.setFocus(this.#store.get("focus_id") ?? null, this.#store.get("ignored") ?? []);
  }

  #followSelection() {
    const selected = this.#store.get("selected");
    if (selected?.view !== this.#view.key || selected.key === null) return;
    this.#panel.select(selected).catch((error) => this.#showProblem(error, null));
  }

  // -- navigation -------------------------------------------------------------------------

  #visit() {
    if (!this.#isRestoring) {
      this.#history.visit({ view: this.#view.key, selected: this.#store.get("selected") ?? null }, performance.now());
    }
    this.#toolbar.setHistory(this.#history.canGoBack, this.#history.canGoForward);
  }

  #travel(place) {
    if (place === null) return;
    this.#isRestoring = true;
    this.#put("selected_keys", place.selected?.key ? [place.selected.key] : []);
    this.#put("selected", place.selected);
    this.#put("view", place.view);
    if (place.selected?.view !== "retainers") this.#put("focus_id", place.selected?.node_id ?? null);
    this.#isRestoring = false;
    this.#toolbar.setHistory(this.#history.canGoBack, this.#history.canGoForward);
  }

  async #show(nodeId, { view: key, filters, path }, isNewest) {
    this.#changeSettings(key, { filters });
    this.#put("view", key);
    const rowKey = await this.#panels.get(key).reveal(path);
    if (!isNewest()) return;
    this.#select({ view: key, key: rowKey, node_id: nodeId }, [rowKey]);
    this.#put("focus_id", nodeId);
  }

  #selectUnlisted(nodeId) {
    this.#select({ view: this.#view.key, key: null, node_id: nodeId }, []);
    this.#put("focus_id", nodeId);
    this.#status.say(`No view lists @${nodeId}. Its details are shown below.`);
  }

  // -- actions on a row ------------------------------------------------------------

  #rowActions(view, row) {
    const selected = { view, key: row.key, node_id: row.node_id };
    const copies = this.#copyActions(selected);
    if (row.node_id === null) return copies;
    const places = this.#canDo("goto") ? [...this.#views.values()] : [];
    const others = places.filter((one) => one.lists_every_node && one.key !== view);
    const shows = others.map(({ key, title }) => ({
      label: `Show in ${title}`,
      run: () => {
        this.#put("view", key);
        this.goto(row.node_id);
      },
    }));
    return [...shows, ...copies];
  }

  #copyActions(selected) {
    const nodeId = selected?.node_id ?? null;
    const actions = [];
    if (nodeId !== null) {
      actions.push({ label: "Copy node id", run: () => this.#copy("node id", () => String(nodeId)) });
      if (this.#canDo("details")) {
        actions.push({ label: "Copy retaining path", run: () => this.#copy("retaining path", () => this.#pathOf(nodeId)) });
      }
    }
    if (this.#canDo("python")) {
      actions.push({ label: "Copy as Python", run: () => this.#copyPython(selected) });
      if (this.#options.copyToCell) actions.push({ label: "Python in a new cell", run: () => this.#toCell(selected) });
    }
    return actions;
  }

  async #copy(what, makeText) {
    try {
      await copyText(await makeText(), this.#root);
      this.#status.say(`Copied: ${what}`);
    } catch (error) {
      this.#showProblem(error, () => this.#copy(what, makeText));
    }
  }

  #givePython(selected) {
    return this.#options.copyToCell ? this.#toCell(selected) : this.#copyPython(selected);
  }

  #copyPython(selected) {
    return this.#copy("Python", () => this.#pythonOf(selected));
  }

  async #toCell(selected) {
    try {
      const code = await this.#pythonOf(selected);
      // Some pages that offer cells have none.
      if ((await this.#options.copyToCell(code)) === false) await this.#copy("Python", () => code);
    } catch (error) {
      this.#showProblem(error, () => this.#toCell(selected));
    }
  }

  async #pathOf(nodeId) {
    const shown = this.#panes.details;
    const details = shown?.node_id === nodeId ? shown : await this.#requests.send("details", { node_id: nodeId });
    return pathText(details.breadcrumbs);
  }

  async #pythonOf(selected) {
    const view = this.#view;
    const key = selected?.view === view.key ? selected.key : null;
    const nodeId = selected?.node_id ?? null;
    if (key === null && nodeId !== null) return (await this.#requests.send("python", { node_id: nodeId })).code;
    const { sort, descending, filters } = settingsOf(this.#store.get("settings"), view);
    const params = { view: view.key, key, node_id: nodeId, sort, descending, filters };
    return (await this.#requests.send("python", params)).code;
  }

  // -- keys, and what is said ---------------------------------------------------------------

  #onKey(event) {
    const isWriting = event.target.matches("input, textarea, select");
    const isPlain = !event.ctrlKey && !event.metaKey;
    if (event.key === "/" && isPlain && !event.altKey && !isWriting) {
      if (this.#toolbar.filters.focusSearch()) event.preventDefault();
    } else if (event.altKey && isPlain && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      this.#travel(event.key === "ArrowLeft" ? this.#history.back() : this.#history.forward());
    }
    // The notebook around has shortcuts of its own.
    event.stopPropagation();
  }

  #showFacts() {
    this.#status.setFacts(this.#panel.facts);
  }

  #showProblem(error, retry) {
    this.#isDisconnected = error.disconnected === true;
    this.#status.showProblem(error, retry);
  }

  #reconnected() {
    if (!this.#isDisconnected) return;
    this.#isDisconnected = false;
    this.#status.clearProblem();
  }
}
