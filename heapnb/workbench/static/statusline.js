/** The line below: how many rows there are, what is going on, what went wrong. */

import { element } from "./dom.js";
import { icon } from "./icons.js";

const SAID_MS = 4000;

export class StatusLine {
  #facts;
  #message;
  #problem;
  #problemText;
  #retry;
  #timer = null;
  #onRetry = null;
  #isWaiting = false;

  /** @param {string[]} about - What the heap is; stands at the end of the line. */
  constructor(about) {
    this.#facts = element("span", { class: "hs-status-facts" });
    this.#message = element("span", { class: "hs-status-message", role: "status" });
    this.#problemText = element("span", { class: "hs-problem-text" });
    this.#retry = element("button", { class: "hs-button", type: "button" }, "Try again");
    const close = element("button", { class: "hs-icon-button", type: "button", title: "Close", "aria-label": "Close the message" }, icon("close"));
    this.#problem = element("div", { class: "hs-problem", role: "alert", hidden: true }, icon("warning"), this.#problemText, this.#retry, close);
    close.addEventListener("click", () => this.clearProblem());
    this.#retry.addEventListener("click", () => {
      const run = this.#onRetry;
      this.clearProblem();
      run?.();
    });
    this.element = element(
      "div",
      { class: "hs-status" },
      this.#problem,
      element("div", { class: "hs-status-line" }, this.#facts, this.#message, element("span", { class: "hs-status-about" }, about.filter(Boolean).join(" · "))),
    );
  }

  /** Say what is in the table: its number of rows, and what was left out. */
  setFacts(texts) {
    const parts = texts.filter(Boolean);
    this.#facts.textContent = parts.join(" · ");
    this.#facts.title = parts.join("\n");
  }

  /** Say something for some seconds. */
  say(text) {
    clearTimeout(this.#timer);
    this.#message.textContent = text;
    this.#timer = setTimeout(() => {
      this.#message.textContent = this.#isWaiting ? this.#waitingText : "";
    }, SAID_MS);
  }

  /** Say, or no longer say, that an answer is outstanding. */
  setWaiting(isWaiting) {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    clearTimeout(this.#timer);
    this.#message.textContent = isWaiting ? this.#waitingText : "";
    this.element.classList.toggle("hs-waiting", isWaiting);
  }

  /** Show what went wrong, until it is closed or something works again. */
  showProblem(error, onRetry = null) {
    const hint = error.hint ? ` ${error.hint}` : "";
    this.#problemText.textContent = `${error.message || error}${hint}`;
    this.#onRetry = onRetry;
    this.#retry.hidden = onRetry === null;
    this.#problem.hidden = false;
  }

  clearProblem() {
    this.#problem.hidden = true;
    this.#problemText.textContent = "";
    this.#onRetry = null;
  }

  dispose() {
    clearTimeout(this.#timer);
  }

  get #waitingText() {
    return "Waiting for the kernel…";
  }
}
