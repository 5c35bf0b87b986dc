/** The row of buttons and boxes above the table. */

import { element } from "./dom.js";
import { FilterBar } from "./filterbar.js";
import { icon } from "./icons.js";
import { parseNodeId } from "./inputs.js";
import { openMenu } from "./menu.js";

export class Toolbar {
  #back;
  #forward;
  #goto;
  #options;

  /**
   * @param {object} options
   * @param {() => void} options.onBack
   * @param {() => void} options.onForward
   * @param {(filters: object) => void} options.onFilter
   * @param {(nodeId: number) => void} options.onGoto
   * @param {(text: string) => void} options.onWrongId
   * @param {() => object[]} options.actions - Items of the menu.
   * @param {boolean} options.canGoto
   * @param {(() => void)|null} options.onPython - Gives the code for what is shown; null where there is none.
   * @param {string} options.pythonTitle
   */
  constructor(options) {
    this.#options = options;
    this.#back = iconButton("back", "Back", "Back (Alt+←)", options.onBack);
    this.#forward = iconButton("forward", "Forward", "Forward (Alt+→)", options.onForward);
    this.filters = new FilterBar(options.onFilter);
    const menu = iconButton("menu", "Copy and more", "Copy and more", () => openMenu(menu, options.actions()));
    menu.setAttribute("aria-haspopup", "menu");
    this.element = element(
      "div",
      { class: "hs-toolbar" },
      element("div", { class: "hs-group" }, this.#back, this.#forward),
      this.filters.element,
      options.canGoto && this.#gotoBox(),
      options.onPython && iconButton("code", options.pythonTitle, options.pythonTitle, options.onPython),
      menu,
    );
    this.setHistory(false, false);
  }

  setHistory(canGoBack, canGoForward) {
    this.#setEnabled(this.#back, canGoBack);
    this.#setEnabled(this.#forward, canGoForward);
  }

  dispose() {
    this.filters.dispose();
  }

  /** A button that loses the focus as it is used would lead keyboards astray: it stays reachable. */
  #setEnabled(button, isEnabled) {
    if (isEnabled) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }

  #gotoBox() {
    this.#goto = element("input", {
      class: "hs-input",
      type: "text",
      inputmode: "numeric",
      placeholder: "@id",
      "aria-label": "Go to node by id",
      title: "Go to node by id",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#goto.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const nodeId = parseNodeId(this.#goto.value);
      if (nodeId === null) this.#options.onWrongId(this.#goto.value);
      else this.#options.onGoto(nodeId);
    });
    return element("div", { class: "hs-field hs-goto" }, this.#goto);
  }
}

function iconButton(name, label, title, run) {
  const button = element("button", { class: "hs-icon-button", type: "button", title, "aria-label": label }, icon(name));
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") run();
  });
  return button;
}
