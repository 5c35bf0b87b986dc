/** The drawing of what retains a node: its retaining path, and other retainers on request. */

import { element } from "./dom.js";
import { plural } from "./format.js";
import { GraphView } from "./graphview.js";
import { Newest } from "./requests.js";

const WIDE = 1.8;

/** Pixels of a step of a path, the arrow included, at the smallest size at which it can be read. */
const STEP = { LR: 165, TB: 52 };
const FEWEST_STEPS = 3;

export class GraphPane {
  #options;
  #view;
  #note;
  #fold;
  #whole;
  #body;
  #nodeId = null;
  #shownId = null;
  #selectedId = null;
  #expanded = [];
  #isWhole = false;
  #isVisible = false;
  #newest = new Newest();

  /**
   * @param {object} options
   * @param {import("./requests.js").Requests} options.requests
   * @param {(nodeId: number) => void} options.onSelect
   * @param {boolean} options.canExpand - Whether the source draws further retainers.
   * @param {(error: Error, retry: () => void) => void} options.onProblem
   */
  constructor(options) {
    this.#options = options;
    this.#note = element("span", { class: "hs-soft hs-pane-note" });
    this.#fold = element("button", { class: "hs-button", type: "button", hidden: true }, "Only the shortest path");
    this.#fold.addEventListener("click", () => {
      this.#expanded = [];
      this.#load();
    });
    this.#whole = element("button", { class: "hs-button", type: "button", hidden: true }, "Whole path");
    this.#whole.addEventListener("click", () => {
      this.#isWhole = true;
      this.#load();
    });
    const head = element("div", { class: "hs-pane-head" }, this.#note, this.#whole, this.#fold);
    this.#body = element("div", { class: "hs-graph-host" });
    this.element = element("div", { class: "hs-graph-pane" }, head, this.#body);
    this.#view = new GraphView(this.#body, {
      onSelect: options.onSelect,
      onExpand: (nodeId) => this.#expand(nodeId),
    });
  }

  /** Draw what retains a node, now or when the pane becomes visible; null draws nothing. */
  show(nodeId) {
    if (nodeId === this.#nodeId) return;
    this.#nodeId = nodeId;
    this.#expanded = [];
    this.#isWhole = false;
    if (this.#isVisible) this.#load();
  }

  /** Mark a node of the drawing. */
  select(nodeId) {
    this.#selectedId = nodeId;
    this.#view.select(nodeId);
  }

  /** Set whether the pane is visible; a hidden pane draws nothing. */
  setVisible(isVisible) {
    this.#isVisible = isVisible;
    if (isVisible && this.#shownId !== this.#nodeId) this.#load();
  }

  dispose() {
    this.#newest.next();
    this.#view.dispose();
  }

  #expand(nodeId) {
    if (!this.#options.canExpand || this.#expanded.includes(nodeId)) return;
    this.#expanded = [...this.#expanded, nodeId];
    this.#load({ keepPlace: true });
  }

  async #load({ keepPlace = false } = {}) {
    const isNewest = this.#newest.next();
    const nodeId = this.#nodeId;
    this.#shownId = nodeId;
    this.#fold.hidden = this.#expanded.length === 0;
    if (nodeId === null) {
      this.#whole.hidden = true;
      this.#view.clear();
      this.#note.textContent = "Select an object to see what keeps it alive.";
      return;
    }
    this.#body.setAttribute("aria-busy", "true");
    try {
      const params = { node_id: nodeId, expanded: this.#expanded, direction: this.#direction, most_steps: this.#mostSteps };
      const answer = await this.#options.requests.send("graph", params);
      if (!isNewest()) return;
      this.#view.show(answer, { keepPlace });
      this.#view.select(this.#selectedId);
      this.#note.textContent = answer.note ?? this.#hint(answer);
      this.#whole.hidden = !answer.steps_left_out;
      this.#whole.textContent = `Whole path (${plural(answer.steps_left_out ?? 0, "more step")})`;
    } catch (error) {
      if (!isNewest()) return;
      this.#shownId = null;
      this.#view.clear();
      this.#note.textContent = [error.message, error.hint].filter(Boolean).join(" ");
      this.#whole.hidden = true;
      if (!error.isExpected) this.#options.onProblem(error, () => this.#load({ keepPlace }));
    } finally {
      if (isNewest()) this.#body.removeAttribute("aria-busy");
    }
  }

  /** Paths run along the longer side of the pane. */
  get #direction() {
    const { clientWidth: width, clientHeight: height } = this.#body;
    return width > WIDE * height ? "LR" : "TB";
  }

  /** As many steps of the path as can be read in the pane; null for all. */
  get #mostSteps() {
    if (this.#isWhole) return null;
    const { clientWidth: width, clientHeight: height } = this.#body;
    const room = this.#direction === "LR" ? width / STEP.LR : height / STEP.TB;
    return Math.max(FEWEST_STEPS, Math.floor(room));
  }

  #hint({ expandable }) {
    return this.#options.canExpand && expandable?.length > 0 ? "Double-click a node, or press e, to show more of its retainers." : "";
  }
}
