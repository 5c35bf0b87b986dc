/** The selected row: facts about its node, a preview, and its whole text. */

import { element } from "./dom.js";
import { formatBytes, formatBytesExact, formatCell, formatCount, formatDistance, formatPercent, UNKNOWN, visible } from "./format.js";
import { Newest } from "./requests.js";

const DETACHEDNESS = ["unknown", "attached", "detached"];
const TEXT_TYPES = new Set(["string", "concatenated string", "sliced string", "regexp", "symbol", "code"]);

export class DetailsPane {
  #requests;
  #totalSize;
  #canShowText;
  #goto;
  #onProblem;
  #newestText = new Newest();

  /**
   * @param {object} options
   * @param {import("./requests.js").Requests} options.requests
   * @param {number} options.totalSize - Bytes of the heap.
   * @param {boolean} options.canShowText - Whether the source has whole texts.
   * @param {(nodeId: number) => void} options.goto
   * @param {(error: Error) => void} options.onProblem
   */
  constructor({ requests, totalSize, canShowText, goto, onProblem }) {
    this.#requests = requests;
    this.#totalSize = totalSize;
    this.#canShowText = canShowText;
    this.#goto = goto;
    this.#onProblem = onProblem;
    this.element = element("div", { class: "hs-details", tabindex: "0" });
    this.clear();
  }

  clear() {
    this.#newestText.next();
    this.element.replaceChildren(element("p", { class: "hs-nothing" }, "Select a row to see its details."));
  }

  /** Show a row that stands for no single node. */
  showRow(row, columns) {
    this.#newestText.next();
    const facts = columns.map(({ key, title, kind }) => {
      const { text, title: exact } = formatCell(kind, row.cells[key], this.#totalSize);
      return fact(title, text, exact === text ? "" : exact);
    });
    this.element.replaceChildren(heading(row.label.map(([, text]) => text).join(" ")), factList(facts));
  }

  /** Show a node. */
  showNode(details) {
    this.#newestText.next();
    const parts = [heading(details.class_name, `@${details.node_id}`), factList(this.#facts(details))];
    if (details.note) parts.push(element("p", { class: "hs-soft" }, visible(details.note)));
    if (details.preview) parts.push(element("pre", { class: "hs-preview", "aria-label": "Preview" }, visibleLines(details.preview)));
    if (details.allocated?.frames.length > 0) parts.push(...stackOf(details.allocated));
    if (details.source) parts.push(...sourceOf(details.source));
    if (this.#canShowText && TEXT_TYPES.has(details.node_type)) parts.push(this.#textOf(details.node_id));
    this.element.replaceChildren(...parts);
    this.element.scrollTop = 0;
  }

  #facts(details) {
    const { shallow_size: shallow, retained_size: retained } = details;
    const name = details.name === details.class_name ? "" : details.name;
    return [
      fact("Retained size", formatBytes(retained), this.#exact(retained)),
      fact("Shallow size", formatBytes(shallow), this.#exact(shallow)),
      fact("Distance", formatDistance(details.distance)),
      details.node_type ? fact("Node type", details.node_type) : null,
      details.detachedness ? fact("Detachedness", DETACHEDNESS[details.detachedness] ?? UNKNOWN) : null,
      details.dominator_id === null || details.dominator_id === undefined
        ? null
        : fact("Dominator", nodeLink(details.dominator_id, this.#goto)),
      details.allocated?.when ? fact("Allocated", details.allocated.when) : null,
      details.location ? fact("Location", element("code", {}, visible(details.location))) : null,
      name && !TEXT_TYPES.has(details.node_type) ? fact("Name", visible(name)) : null,
    ].filter(Boolean);
  }

  #exact(size) {
    const share = this.#totalSize > 0 ? `, ${formatPercent(size / this.#totalSize)} of the heap` : "";
    return `${formatBytesExact(size)}${share}`;
  }

  /** A button that gets the whole text, and what it got. */
  #textOf(nodeId) {
    const show = element("button", { class: "hs-button", type: "button" }, "Show the whole text");
    const place = element("div", { class: "hs-text" }, show);
    show.addEventListener("click", () => this.#loadText(place, nodeId, false));
    return place;
  }

  async #loadText(place, nodeId, reveal) {
    const isNewest = this.#newestText.next();
    try {
      const answer = await this.#requests.send("text", { node_id: nodeId, reveal });
      if (isNewest()) this.#showText(place, nodeId, answer);
    } catch (error) {
      this.#onProblem(error);
    }
  }

  #showText(place, nodeId, { text, length, is_cut: isCut, is_masked: isMasked }) {
    const facts = [`${formatCount(length)} characters`];
    if (isCut) facts.push(`the first ${formatCount(Array.from(text).length)} are shown`);
    if (isMasked) facts.push("a likely secret is masked");
    const line = element("p", { class: "hs-text-facts" }, `${facts.join(", ")} `);
    if (isMasked) {
      const reveal = element("button", { class: "hs-button", type: "button" }, "Reveal");
      reveal.addEventListener("click", () => this.#loadText(place, nodeId, true));
      line.append(reveal);
    }
    place.replaceChildren(line, element("pre", { class: "hs-whole-text", tabindex: "0", "aria-label": "Text" }, visibleLines(text)));
    place.lastChild.focus({ preventScroll: true });
  }
}

/** Make what is hidden visible, but leave the lines of a text. */
function visibleLines(text) {
  return text.split("\n").map(visible).join("\n");
}

/** The lines of a function, as its program has them. */
function sourceOf({ location, text, is_cut: isCut }) {
  const place = element("p", { class: "hs-text-facts" }, element("code", {}, visible(location)), isCut ? " (cut)" : "");
  return [place, element("pre", { class: "hs-preview", tabindex: "0", "aria-label": "Source" }, visibleLines(text))];
}

/** The call stack that allocated a node, what allocated first. */
function stackOf({ frames, n_more: more }) {
  const rows = frames.map(({ function: name, location, is_own: isOwn }) =>
    element(
      "li",
      { class: !isOwn && "hs-soft" },
      element("code", {}, visible(name)),
      location && element("code", { class: "hs-place" }, visible(location)),
    ),
  );
  if (more > 0) rows.push(element("li", { class: "hs-soft" }, `${formatCount(more)} more callers`));
  return [element("h4", { class: "hs-subheading" }, "Allocated by"), element("ol", { class: "hs-stack" }, ...rows)];
}

function heading(text, id = "") {
  return element("h3", { class: "hs-heading" }, visible(text), id && element("span", { class: "hs-soft" }, ` ${id}`));
}

function factList(facts) {
  return element("dl", { class: "hs-facts" }, ...facts);
}

function fact(title, value, exact = "") {
  return element(
    "div",
    { class: "hs-fact" },
    element("dt", {}, title),
    element("dd", {}, value, exact && element("span", { class: "hs-exact" }, exact)),
  );
}

function nodeLink(nodeId, goto) {
  return element("button", { class: "hs-link", type: "button", title: `Go to @${nodeId}`, onclick: () => goto(nodeId) }, `@${nodeId}`);
}
