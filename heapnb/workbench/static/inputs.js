/** What people type into the boxes: sizes, node ids, regular expressions. */

const FACTORS = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const BINARY_FACTORS = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * Read a size: "1.5 MB", "300k", "1 MiB", "4096".
 *
 * Returns bytes, null where nothing is written, and NaN where it is no size.
 */
export function parseSize(text) {
  const written = text.trim().toLowerCase();
  if (written === "") return null;
  const parts = /^(\d+(?:[.,]\d+)?|[.,]\d+)\s*([kmgt]?)(i?)(b|bytes?)?$/.exec(withoutSeparators(written));
  if (parts === null || (parts[3] && !parts[2])) return NaN;
  const factor = (parts[3] ? BINARY_FACTORS : FACTORS)[parts[2]];
  const size = Math.round(Number(parts[1].replace(",", ".")) * factor);
  return Number.isSafeInteger(size) ? size : NaN;
}

/** Take out what separates thousands: "1,234,567" and "1 234 567" alike. */
function withoutSeparators(text) {
  return text.replace(/(?<=\d)[,\s\u00a0\u202f'](?=\d{3}(?!\d))/g, "");
}

/** Read a node id as it is shown or copied: "12345", "@12345". Returns null for anything else. */
export function parseNodeId(text) {
  const digits = /^@?\s*(\d{1,16})$/.exec(text.trim());
  if (digits === null) return null;
  const nodeId = Number(digits[1]);
  return Number.isSafeInteger(nodeId) ? nodeId : null;
}

/**
 * Say what is wrong with a regular expression; null where nothing is.
 *
 * The other side has the last word: it writes groups and flags in ways that are none here.
 */
export function regexProblem(pattern) {
  try {
    new RegExp(pattern.replaceAll("(?P<", "(?<").replaceAll(/\(\?[imsU-]+(:|\))/g, (_, end) => (end === ":" ? "(?:" : "")));
    return null;
  } catch (error) {
    return error.message.replace(/^Invalid regular expression: (?:\/.*\/[a-z]*: )?/s, "");
  }
}
