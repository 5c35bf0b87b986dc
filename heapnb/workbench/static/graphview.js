/** A drawing by Graphviz that the reader can move and zoom, and whose nodes can be selected. */

import { element } from "./dom.js";
import { icon } from "./icons.js";
import { readSvg, sizeOf } from "./svg.js";
import { fitted, moved, wheelFactor, withInView, zoomedAt } from "./zoom.js";

const ZOOM_STEP = 1.25;
const MOVE_STEP = 48;
const DRAG_FROM = 4;

export class GraphView {
  #onSelect;
  #onExpand;
  #frame;
  #svg = null;
  #place = { x: 0, y: 0, scale: 1 };
  #size = { width: 1, height: 1 };
  #isFitted = true;
  #observer;

  /**
   * @param {HTMLElement} host
   * @param {object} handlers
   * @param {(nodeId: number) => void} handlers.onSelect
   * @param {(nodeId: number) => void} handlers.onExpand - Asks for more retainers of a node.
   */
  constructor(host, { onSelect, onExpand }) {
    this.#onSelect = onSelect;
    this.#onExpand = onExpand;
    this.#frame = element("div", {
      class: "hs-graph-frame",
      tabindex: "0",
      role: "group",
      "aria-label": "Drawing of the retaining paths. Plus and minus zoom, arrow keys move, 0 fits.",
    });
    this.#frame.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    this.#frame.addEventListener("pointerdown", (event) => this.#onPointerDown(event));
    this.#frame.addEventListener("click", (event) => this.#onClick(event));
    this.#frame.addEventListener("dblclick", (event) => this.#expand(nodeAt(event.target)));
    this.#frame.addEventListener("keydown", (event) => this.#onKey(event));
    this.#frame.addEventListener("focusin", (event) => this.#showNode(nodeAt(event.target)));
    this.element = element("div", { class: "hs-graph" }, this.#frame, this.#buttons());
    host.append(this.element);
    // A pane that is opened or resized fits its drawing, unless the reader has moved or zoomed it.
    this.#observer = new ResizeObserver(() => {
      if (this.#isFitted) this.fit();
    });
    this.#observer.observe(this.#frame);
  }

  /**
   * Show a drawing.
   *
   * @param {{svg: string}} drawing
   * @param {{keepPlace?: boolean}} [options] - Whether it extends the drawing that is shown.
   */
  show({ svg }, { keepPlace = false } = {}) {
    const focused = nodeIdOf(nodeAt(this.#frame.getRootNode().activeElement));
    const anchor = keepPlace ? this.#placesOfNodes() : new Map();
    this.#svg = readDrawing(svg);
    this.#frame.replaceChildren(this.#svg);
    this.#size = sizeOf(this.#svg);
    if (keepPlace && !this.#isFitted) this.#keep(anchor);
    else this.fit();
    this.#nodes().find((node) => nodeIdOf(node) === focused)?.focus({ preventScroll: true });
  }

  /** Show nothing. */
  clear() {
    this.#svg = null;
    this.#frame.replaceChildren();
  }

  /** Mark a node as the selected one. */
  select(nodeId) {
    for (const node of this.#nodes()) {
      const isSelected = nodeIdOf(node) === nodeId;
      node.classList.toggle("hs-selected", isSelected);
      node.setAttribute("aria-pressed", String(isSelected));
    }
  }

  /** Show the whole drawing; of one that is too large, the part around the node in question. */
  fit() {
    this.#isFitted = true;
    const frame = this.#frameSize();
    if (this.#svg === null || frame.width === 0) return;
    const target = this.#svg.querySelector(".hn-target");
    const whole = fitted(this.#size, frame);
    this.#put(target ? withInView(whole, boxOf(target, this.#svg), frame) : whole);
  }

  dispose() {
    this.#observer.disconnect();
    this.element.remove();
  }

  #buttons() {
    const button = (name, label, run) => {
      const made = element("button", { class: "hs-icon-button", type: "button", title: label, "aria-label": label }, icon(name));
      made.addEventListener("click", run);
      return made;
    };
    return element(
      "div",
      { class: "hs-graph-buttons" },
      button("plus", "Zoom in", () => this.#zoom(ZOOM_STEP)),
      button("minus", "Zoom out", () => this.#zoom(1 / ZOOM_STEP)),
      button("fit", "Fit", () => this.fit()),
    );
  }

  #nodes() {
    return [...this.#frame.querySelectorAll("[data-node-id]")];
  }

  #frameSize() {
    return { width: this.#frame.clientWidth, height: this.#frame.clientHeight };
  }

  /** Move or zoom the drawing for the reader, who from now on decides where it is. */
  #move(place) {
    this.#isFitted = false;
    this.#put(place);
  }

  #put(place) {
    this.#place = place;
    if (this.#svg) this.#svg.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
  }

  #zoom(factor, point) {
    const { width, height } = this.#frameSize();
    this.#move(zoomedAt(this.#place, factor, point ?? { x: width / 2, y: height / 2 }));
  }

  #placesOfNodes() {
    if (this.#svg === null) return new Map();
    return new Map(this.#nodes().map((node) => [nodeIdOf(node), boxOf(node, this.#svg)]));
  }

  /** Keep a node in place, so that the reader sees what is new around it. */
  #keep(before) {
    const node = this.#nodes().find((other) => before.has(nodeIdOf(other)) && other.matches(".hn-target, .hs-selected"));
    if (!node) {
      this.fit();
      return;
    }
    const was = before.get(nodeIdOf(node));
    const is = boxOf(node, this.#svg);
    const { scale } = this.#place;
    this.#move(moved(this.#place, (was.x - is.x) * scale, (was.y - is.y) * scale));
  }

  #onWheel(event) {
    // Over a drawing without focus, the wheel scrolls the page.
    const isUsed = this.element.contains(this.#frame.getRootNode().activeElement);
    if (!isUsed && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.#frame.getBoundingClientRect();
    this.#zoom(wheelFactor(event), { x: event.clientX - box.left, y: event.clientY - box.top });
  }

  #onPointerDown(event) {
    if (event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    const place = this.#place;
    let isDragged = false;
    const move = (now) => {
      const dx = now.clientX - from.x;
      const dy = now.clientY - from.y;
      if (!isDragged && Math.hypot(dx, dy) < DRAG_FROM) return;
      if (!isDragged) this.#frame.setPointerCapture(event.pointerId);
      isDragged = true;
      this.#frame.classList.add("hs-dragged");
      this.#move(moved(place, dx, dy));
    };
    const stop = () => {
      this.#frame.removeEventListener("pointermove", move);
      // The click that ends a drag selects nothing.
      setTimeout(() => this.#frame.classList.remove("hs-dragged"));
    };
    this.#frame.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) this.#frame.addEventListener(end, stop, { once: true });
  }

  #onClick(event) {
    const node = nodeAt(event.target);
    if (node && !this.#frame.classList.contains("hs-dragged")) this.#onSelect(nodeIdOf(node));
  }

  #expand(node) {
    if (node?.hasAttribute("data-expandable")) this.#onExpand(nodeIdOf(node));
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = nodeAt(event.target);
    const run = {
      "+": () => this.#zoom(ZOOM_STEP),
      "=": () => this.#zoom(ZOOM_STEP),
      "-": () => this.#zoom(1 / ZOOM_STEP),
      0: () => this.fit(),
      ArrowLeft: () => this.#move(moved(this.#place, MOVE_STEP, 0)),
      ArrowRight: () => this.#move(moved(this.#place, -MOVE_STEP, 0)),
      ArrowUp: () => this.#move(moved(this.#place, 0, MOVE_STEP)),
      ArrowDown: () => this.#move(moved(this.#place, 0, -MOVE_STEP)),
      Enter: () => node && this.#onSelect(nodeIdOf(node)),
      " ": () => node && this.#onSelect(nodeIdOf(node)),
      e: () => this.#expand(node),
    }[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** The Tab key may move the focus to a node out of view. */
  #showNode(node) {
    if (!node?.matches(":focus-visible")) return;
    // The browser scrolls the frame by itself, which would move the drawing twice.
    this.#frame.scrollTo(0, 0);
    this.#move(withInView(this.#place, boxOf(node, this.#svg), this.#frameSize()));
  }
}

function nodeAt(target) {
  return target?.closest?.("[data-node-id]") ?? null;
}

function nodeIdOf(node) {
  return node ? Number(node.getAttribute("data-node-id")) : null;
}

/** Read a drawing whose nodes are buttons. */
function readDrawing(text) {
  const drawing = readSvg(text);
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", "Retaining paths");
  for (const node of drawing.querySelectorAll("[data-node-id]")) makeButton(node);
  return drawing;
}

/** Make a node a button; its title is its accessible name. */
function makeButton(node) {
  node.setAttribute("tabindex", "0");
  node.setAttribute("role", "button");
  node.setAttribute("aria-pressed", "false");
  if (node.hasAttribute("data-expandable")) node.setAttribute("aria-description", "e shows more retainers");
}

/** Where a part of a drawing lies, in pixels of the drawing at its own size. */
function boxOf(part, svg) {
  const outer = svg.getBoundingClientRect();
  const inner = part.getBoundingClientRect();
  const scale = outer.width / sizeOf(svg).width || 1;
  return {
    x: (inner.left - outer.left) / scale,
    y: (inner.top - outer.top) / scale,
    width: inner.width / scale,
    height: inner.height / scale,
  };
}
