/** Menus: below a button, or where the pointer is. They lie in the browser's top layer. */

import { element } from "./dom.js";

const GAP = 4;

/**
 * Open a menu.
 *
 * @param {HTMLElement} opener - Gets the focus back; the menu lies below it unless there is a place.
 * @param {{label: string, hint?: string, isChecked?: boolean, run: () => void}[]} items
 * @param {{x: number, y: number}} [place] - In the window.
 */
export function openMenu(opener, items, place) {
  if (items.length === 0) return;
  const menu = element("div", { class: "hs-menu", role: "menu", popover: "auto" });
  const buttons = items.map((item) => menuItem(item, menu));
  menu.append(...buttons);
  menu.addEventListener("keydown", (event) => moveFocus(event, menu, buttons));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    opener.removeAttribute("aria-expanded");
    const hadFocus = menu.contains(menu.getRootNode().activeElement);
    menu.remove();
    if (hadFocus) opener.focus();
  });
  // Inside the widget, so that its style sheet applies.
  opener.closest(".heapnb-browser").append(menu);
  menu.showPopover();
  if (!place) opener.setAttribute("aria-expanded", "true");
  putAt(menu, place ?? below(opener));
  (buttons.find((button) => button.getAttribute("aria-checked") === "true") ?? buttons[0]).focus();
}

function menuItem({ label, hint, isChecked, run }, menu) {
  const isChoice = isChecked !== undefined;
  const attributes = { class: "hs-menu-item", type: "button", role: isChoice ? "menuitemradio" : "menuitem", tabindex: "-1" };
  if (isChoice) attributes["aria-checked"] = String(isChecked);
  const button = element("button", attributes, element("span", {}, label));
  if (hint) button.append(element("kbd", {}, hint));
  button.addEventListener("click", () => {
    menu.hidePopover();
    run();
  });
  return button;
}

function moveFocus(event, menu, buttons) {
  const at = buttons.indexOf(event.target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  // What is typed here is not meant for the page.
  event.stopPropagation();
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  buttons[(next + buttons.length) % buttons.length].focus();
}

function below(opener) {
  const box = opener.getBoundingClientRect();
  return { x: box.left, y: box.bottom + GAP };
}

/** Put a menu at a place, or as near to it as the window allows. */
function putAt(menu, { x, y }) {
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(GAP, Math.min(x, window.innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, Math.min(y, window.innerHeight - height - GAP))}px`;
}
