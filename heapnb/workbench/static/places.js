/** Places in a browser as the part of an address behind the `#`, for links that lead there. */

const NODE = /^#node-(\d{1,16})$/;
const BROWSE = /^#browse=/;
const NODE_ID = /^\d{1,16}$/;

/**
 * @typedef {object} Place
 * @property {string|null} view - Null for whichever shows the node.
 * @property {number|null} nodeId
 * @property {string|null} key - Of a row that stands for no node.
 */

/**
 * Read a place: `#node-12345`, `#browse=constructors`, `#browse=constructors&node=12345`,
 * `#browse=constructors&row=c7`.
 *
 * @param {string} hash
 * @param {{key: string, former_keys?: string[]}[]} views - Those of the source; links may have their former keys.
 * @returns {Place|null} Null if it is none, as of a section of the page.
 */
export function placeOf(hash, views) {
  const node = NODE.exec(hash);
  if (node) return { view: null, nodeId: Number(node[1]), key: null };
  if (!BROWSE.test(hash)) return null;
  const params = new URLSearchParams(hash.slice(1));
  const asked = params.get("browse");
  const view = views.find(({ key, former_keys: formerKeys = [] }) => key === asked || formerKeys.includes(asked))?.key;
  if (view === undefined) return null;
  const id = params.get("node") ?? "";
  return { view, nodeId: NODE_ID.test(id) ? Number(id) : null, key: params.get("row") };
}

/** Write the place of a view and what is selected in it. */
export function hashOf(view, selected) {
  const params = new URLSearchParams({ browse: view });
  if (selected?.node_id !== null && selected?.node_id !== undefined) params.set("node", selected.node_id);
  else if (selected?.view === view && selected.key !== null) params.set("row", selected.key);
  return `#${params}`;
}
