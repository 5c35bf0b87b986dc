/** Copying text, also where a page has no access to the clipboard of its own. */

import { element } from "./dom.js";

/** Copy a text; `near` is an element of the page, for browsers that copy from a text box only. */
export async function copyText(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // Pages without https, and frames that were not given the right, go the old way.
  }
  const focused = near.getRootNode().activeElement;
  const box = element("textarea", { class: "hb-hidden", readonly: true, "aria-hidden": "true", tabindex: "-1" });
  box.value = text;
  near.append(box);
  box.select();
  const isCopied = document.execCommand("copy");
  box.remove();
  focused?.focus();
  if (!isCopied) throw new Error("The browser does not let this page copy.");
}
