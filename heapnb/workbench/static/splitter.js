/** A bar between two parts, by which the lower one gets more or less room. */

import { element } from "./dom.js";

const STEP = 24;
const SMALLEST = 96;

export class Splitter {
  #lower;
  #frame;

  /**
   * @param {HTMLElement} frame - Around both parts.
   * @param {HTMLElement} lower - The part that is resized.
   * @param {string} label - What it is called.
   */
  constructor(frame, lower, label) {
    this.#frame = frame;
    this.#lower = lower;
    this.element = element("div", {
      class: "hs-splitter",
      role: "separator",
      tabindex: "0",
      title: "Drag to resize; double-click to reset",
      "aria-label": label,
      "aria-orientation": "horizontal",
      "aria-valuemin": "10",
      "aria-valuemax": "80",
      "aria-valuenow": "40",
    });
    this.element.addEventListener("pointerdown", (event) => this.#onPointerDown(event));
    this.element.addEventListener("dblclick", () => this.#reset());
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onPointerDown(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    const from = this.#lower.offsetHeight + event.clientY;
    const move = (moved) => this.#resize(from - moved.clientY);
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("lostpointercapture", () => this.element.removeEventListener("pointermove", move), { once: true });
  }

  #onKey(event) {
    const height = this.#lower.offsetHeight;
    const next = { ArrowUp: height + STEP, ArrowDown: height - STEP, Home: Infinity, End: 0 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#resize(next);
  }

  #resize(height) {
    const total = this.#frame.clientHeight;
    const fitting = Math.max(SMALLEST, Math.min(height, total * 0.8));
    this.#lower.style.flexBasis = `${fitting}px`;
    this.element.setAttribute("aria-valuenow", String(Math.round((100 * fitting) / total)));
  }

  #reset() {
    this.#lower.style.flexBasis = "";
    this.element.setAttribute("aria-valuenow", "40");
  }
}
