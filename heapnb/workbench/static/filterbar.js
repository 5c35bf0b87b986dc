/** The filters of a view: a search, a smallest size, a choice. */

import { element, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { parseSize, regexProblem } from "./inputs.js";
import { withFilters } from "./state.js";

const PAUSE_MS = 250;

export class FilterBar {
  #onChange;
  #filters = {};
  #controls = [];
  #search = null;

  /** @param {(filters: object) => void} onChange - Called with the filters that are in force. */
  constructor(onChange) {
    this.#onChange = onChange;
    this.element = element("div", { class: "hs-filters", role: "search" });
  }

  /** Offer the filters of a view. */
  setFilters(definitions) {
    this.dispose();
    this.#controls = definitions.map((definition) => this.#control(definition)).filter(Boolean);
    this.#search = this.#controls.find((control) => control.isSearch) ?? null;
    this.element.replaceChildren(...this.#controls.map((control) => control.element));
  }

  /** Show filters that were set elsewhere. */
  show(filters) {
    this.#filters = { ...filters };
    for (const control of this.#controls) control.show(this.#filters);
  }

  /** Put the cursor into the search; return whether there is one. */
  focusSearch() {
    this.#search?.focus();
    return this.#search !== null;
  }

  dispose() {
    for (const control of this.#controls) control.dispose();
  }

  #control(definition) {
    const change = (changes) => {
      this.#filters = withFilters(this.#filters, changes);
      this.#onChange(this.#filters);
    };
    if (definition.kind === "text") return new SearchBox(definition, change);
    if (definition.kind === "bytes") return new SizeBox(definition, change);
    if (definition.kind === "choice") return new ChoiceBox(definition, change);
    return null;
  }
}

/** A box whose contents count after a pause, or at Enter. */
class TextBox {
  #timer = null;
  #isEdited = false;
  #problem;

  constructor({ title, className, placeholder, hint, type = "text" }) {
    this.input = element("input", {
      class: "hs-input",
      type,
      placeholder,
      "aria-label": title,
      title: hint ?? title,
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#problem = element("span", { id: uniqueId("problem"), class: "hs-input-problem", role: "alert", hidden: true });
    this.element = element("div", { class: `hs-field ${className}` }, this.input, this.#problem);
    this.input.addEventListener("input", () => {
      this.#isEdited = true;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#commit(), PAUSE_MS);
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#commit();
      else if (event.key === "Escape" && this.input.value !== "") {
        event.preventDefault();
        this.input.value = "";
        this.#isEdited = true;
        this.#commit();
      }
    });
    this.input.addEventListener("change", () => this.#commit());
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  setText(text) {
    // What is being written is not replaced by what was written before.
    if (!this.#isEdited && this.input.value !== text) this.input.value = text;
  }

  setProblem(problem) {
    this.#problem.hidden = problem === null;
    this.#problem.textContent = problem ?? "";
    if (problem === null) {
      this.input.removeAttribute("aria-invalid");
      this.input.removeAttribute("aria-describedby");
    } else {
      this.input.setAttribute("aria-invalid", "true");
      this.input.setAttribute("aria-describedby", this.#problem.id);
    }
  }

  dispose() {
    clearTimeout(this.#timer);
  }

  #commit() {
    clearTimeout(this.#timer);
    if (!this.#isEdited) return;
    this.#isEdited = false;
    this.commit(this.input.value);
  }
}

class SearchBox extends TextBox {
  isSearch = true;
  #key;
  #change;
  #toggle;

  constructor({ key, title }, change) {
    super({ title, className: "hs-search", placeholder: `${title}  ( / )`, hint: `${title} ( / )`, type: "search" });
    this.#key = key;
    this.#change = change;
    this.#toggle = element(
      "button",
      {
        class: "hs-toggle",
        type: "button",
        title: "Regular expression",
        "aria-label": "Regular expression",
        "aria-pressed": "false",
      },
      ".*",
    );
    this.#toggle.addEventListener("click", () => {
      this.#toggle.setAttribute("aria-pressed", String(!this.#isRegex));
      this.commit(this.input.value);
    });
    this.input.after(this.#toggle);
    this.element.prepend(icon("search"));
  }

  get #isRegex() {
    return this.#toggle.getAttribute("aria-pressed") === "true";
  }

  commit(text) {
    const problem = this.#isRegex ? regexProblem(text) : null;
    this.setProblem(problem === null ? null : `Not a regular expression: ${problem}`);
    if (problem === null) this.#change({ [this.#key]: text, regex: this.#isRegex });
  }

  show(filters) {
    this.setText(filters[this.#key] ?? "");
    this.#toggle.setAttribute("aria-pressed", String(filters.regex === true));
    this.setProblem(null);
  }
}

class SizeBox extends TextBox {
  #key;
  #change;
  #size = null;

  constructor({ key, title }, change) {
    super({ title: `${title}: bytes`, className: "hs-size", placeholder: "Min. size", hint: "Enter a size such as 1 MB or 4096." });
    this.#key = key;
    this.#change = change;
  }

  commit(text) {
    const size = parseSize(text);
    this.setProblem(Number.isNaN(size) ? "This is not a size. Enter 4096, 300 kB or 1.5 MB." : null);
    if (Number.isNaN(size)) return;
    this.#size = size;
    this.#change({ [this.#key]: size });
  }

  show(filters) {
    const size = filters[this.#key] ?? null;
    // "1 MB" stays as it was written.
    if (size !== this.#size) this.setText(size === null ? "" : String(size));
    this.#size = size;
    this.setProblem(null);
  }
}

class ChoiceBox {
  #key;
  #default;
  #select;

  constructor({ key, title, options }, change) {
    this.#key = key;
    this.#default = options[0]?.[0] ?? "";
    const choices = options.map(([value, text]) => element("option", { value }, text));
    this.#select = element("select", { class: "hs-input", "aria-label": title, title }, ...choices);
    this.#select.addEventListener("change", () => {
      const { value } = this.#select;
      change({ [key]: value === this.#default ? null : value });
    });
    this.element = element("div", { class: "hs-field hs-choice" }, this.#select, icon("chevron"));
  }

  show(filters) {
    this.#select.value = filters[this.#key] ?? this.#default;
  }

  dispose() {}
}
