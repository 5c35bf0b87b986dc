/** Tabs with their panels. Where there is no room for all, a menu lists them. */

import { element, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";

export class Tabs {
  #tabs = new Map();
  #list;
  #more;
  #selected = null;
  #onSelect;
  #followsFocus;
  #observer;

  /**
   * @param {object} options
   * @param {string} options.label - What the tabs choose between.
   * @param {{key: string, title: string, description?: string}[]} options.tabs
   * @param {(key: string) => HTMLElement} options.panelOf - The panel that a tab shows.
   * @param {(key: string) => void} options.onSelect - Called when the reader chooses a tab.
   * @param {boolean} [options.followsFocus] - Whether arrow keys select; else Enter does.
   */
  constructor({ label, tabs, panelOf, onSelect, followsFocus = false }) {
    this.#onSelect = onSelect;
    this.#followsFocus = followsFocus;
    this.#list = element("div", { class: "hs-tablist", role: "tablist", "aria-label": label });
    for (const { key, title, description } of tabs) this.#add(key, title, description, panelOf(key));
    this.#list.addEventListener("keydown", (event) => this.#onKey(event));
    this.#more = element(
      "button",
      {
        class: "hs-icon-button hs-more-tabs",
        type: "button",
        title: `All of ${label.toLowerCase()}`,
        "aria-label": `All of ${label.toLowerCase()}`,
        "aria-haspopup": "menu",
        hidden: true,
      },
      icon("chevron"),
    );
    this.#more.addEventListener("click", () => this.#openList());
    this.element = element("div", { class: "hs-tabs" }, this.#list, this.#more);
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(this.element);
  }

  get selected() {
    return this.#selected;
  }

  /** Show the panel of a tab; does not call `onSelect`. */
  select(key) {
    this.#selected = key;
    for (const [other, { tab, panel }] of this.#tabs) {
      const isSelected = other === key;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      panel.hidden = !isSelected;
    }
    this.#showTab(this.#tabs.get(key)?.tab);
  }

  focus() {
    this.#tabs.get(this.#selected)?.tab.focus();
  }

  dispose() {
    this.#observer.disconnect();
  }

  #add(key, title, description, panel) {
    const id = uniqueId("tab");
    panel.id = uniqueId("panel");
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", id);
    const tab = element("button", { id, class: "hs-tab", type: "button", role: "tab", "aria-controls": panel.id }, title);
    if (description) tab.title = description;
    tab.addEventListener("click", () => this.#choose(key));
    this.#tabs.set(key, { tab, panel, title });
    this.#list.append(tab);
  }

  #choose(key) {
    this.select(key);
    this.#onSelect(key);
  }

  #onKey(event) {
    const tabs = [...this.#tabs.values()].map(({ tab }) => tab);
    const at = tabs.indexOf(event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const place = (next + tabs.length) % tabs.length;
    tabs[place].focus();
    this.#showTab(tabs[place]);
    if (this.#followsFocus) this.#choose([...this.#tabs.keys()][place]);
  }

  #openList() {
    const items = [...this.#tabs].map(([key, { title }]) => ({
      label: title,
      isChecked: key === this.#selected,
      run: () => {
        this.#choose(key);
        this.focus();
      },
    }));
    openMenu(this.#more, items);
  }

  #fit() {
    this.#more.hidden = true;
    this.#more.hidden = this.#list.scrollWidth <= this.#list.clientWidth + 1;
    this.#showTab(this.#tabs.get(this.#selected)?.tab);
  }

  /** Scroll the list, and nothing around it, so that a tab can be seen. */
  #showTab(tab) {
    if (!tab) return;
    const left = tab.offsetLeft - this.#list.offsetLeft;
    const { scrollLeft, clientWidth } = this.#list;
    if (left < scrollLeft) this.#list.scrollLeft = left - 24;
    else if (left + tab.offsetWidth > scrollLeft + clientWidth) this.#list.scrollLeft = left + tab.offsetWidth - clientWidth + 24;
  }
}
