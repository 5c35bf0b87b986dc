/** Making elements. Text becomes text nodes, whatever it holds; nothing is ever parsed as HTML. */

let lastId = 0;

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]  Functions become listeners (`onclick`), `true` an
 *   empty attribute; `false`, `null` and `undefined` are left out.
 * @param {...(Node|string|number|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
  return made;
}

/** Set, or take away, one attribute as `element` does. */
export function setAttribute(target, name, value) {
  if (typeof value === "function") {
    target.addEventListener(name.replace(/^on/, ""), value);
  } else if (value === null || value === undefined || value === false) {
    target.removeAttribute(name);
  } else {
    target.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Return an id that no other element of the page has. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}-${Math.random().toString(36).slice(2, 8)}`;
}

function asNode(child) {
  return typeof child === "object" ? child : document.createTextNode(String(child));
}
