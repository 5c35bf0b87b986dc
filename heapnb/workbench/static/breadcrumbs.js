/** The shortest retaining path of a node, from the root on; each step leads there. */

import { element } from "./dom.js";

/** Write a path as a line of text. */
export function pathText(breadcrumbs) {
  return breadcrumbs.map(({ label }) => label).join(" → ");
}

export class Breadcrumbs {
  #list;
  #onSelect;

  /** @param {(nodeId: number) => void} onSelect - Called with the node of a step. */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    this.#list = element("ol", {});
    this.element = element("nav", { class: "hs-crumbs", "aria-label": "Retaining path" }, this.#list);
    this.show([]);
  }

  /** @param {{label: string, node_id: number | null}[]} breadcrumbs - The root first. */
  show(breadcrumbs) {
    const last = breadcrumbs.length - 1;
    this.#list.replaceChildren(...breadcrumbs.map((step, place) => element("li", {}, this.#step(step, place === last))));
    this.element.classList.toggle("hs-empty", breadcrumbs.length === 0);
    // The end of a long path says most.
    this.#list.scrollLeft = this.#list.scrollWidth;
  }

  #step({ label, node_id: nodeId }, isLast) {
    if (nodeId === null || nodeId === undefined) return element("span", { class: "hs-crumb" }, label);
    const button = element("button", { class: "hs-crumb", type: "button", title: `${label} @${nodeId}` }, label);
    if (isLast) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => this.#onSelect(nodeId));
    return button;
  }
}
