// The browser as a notebook's widget: its model is the state, its messages are the source.

import { mountBrowser } from "./browser.js";
import { canMakeCells, makeCell } from "./cells.js";
import { copyText } from "./clipboard.js";
import { Connection, RESTARTED, failureOf } from "./connection.js";
import { element } from "./dom.js";
import { TraitStore } from "./traits.js";

const NO_KERNEL = "This view needs a running kernel: run the cell again.";

// By browser: how many displays of it there are in this page.
const displays = new Map();

function render({ model, el }) {
  const notice = new Notice();
  const host = element("div", { class: "heapnb-host" });
  const browserId = model.get("browser_id");
  const isConnected = () => !el.classList.contains("jupyter-widgets-disconnected");
  el.append(notice.element);
  if (!isConnected()) {
    notice.show(NO_KERNEL);
    return () => notice.element.remove();
  }

  const connection = new Connection({
    send: (message) => model.send(message),
    kernelStatus: () => model.widget_manager?.kernel?.status ?? null,
    onTrouble: (text) => notice.show(text),
  });
  const store = new TraitStore(model);
  const source = {
    description: model.get("description"),
    request: (method, params) => connection.request(method, params),
  };
  el.append(host);
  show(browserId, el, 1);
  const browser = mountBrowser(host, source, store, canMakeCells() ? { copyToCell } : {});

  async function copyToCell(code) {
    if (await makeCell(code, el)) return;
    await copyText(code, el);
    notice.show("No cell could be added here. The code was copied to the clipboard.");
  }

  const onMessage = (message) => {
    if (message?.kind === "goto") browser.goto(message.node_id);
    else if (message?.kind === "failure" && message.id === null) notice.showError(failureOf(message));
    else connection.receive(message);
  };
  // Widgets hear that their line to the kernel is cut by way of their view.
  function onLive() {
    if (this?.model?.comm_live === false) connection.lose(RESTARTED);
  }
  model.on("msg:custom", onMessage);
  model.on("comm_live_update", onLive);

  return () => {
    model.off("msg:custom", onMessage);
    model.off("comm_live_update", onLive);
    browser.dispose();
    store.dispose();
    connection.dispose();
    show(browserId, el, -1);
    el.replaceChildren();
  };
}

/** Let a display take the place of what is seen without a kernel, or give it back. */
function show(browserId, el, change) {
  const count = (displays.get(browserId) ?? 0) + change;
  displays.set(browserId, count);
  el.classList.toggle("heapnb-live", change > 0);
  for (const other of document.querySelectorAll("[data-heapnb-static]")) {
    if (other.dataset.heapnbStatic === browserId) other.hidden = count > 0;
  }
}

/** A line above the browser that says what is wrong. */
class Notice {
  #text = element("span", { class: "heapnb-notice-text" });

  constructor() {
    const close = element("button", { class: "heapnb-notice-close", type: "button", "aria-label": "Close the message" }, "×");
    close.addEventListener("click", () => this.show(null));
    this.element = element("div", { class: "heapnb-notice", role: "alert", hidden: true }, this.#text, close);
  }

  /** Show a text; null takes it away. */
  show(text) {
    this.#text.textContent = text ?? "";
    this.element.hidden = text === null;
  }

  showError(error) {
    this.show(error.hint ? `${error.message} (${error.hint})` : error.message);
  }
}

export default { render };
