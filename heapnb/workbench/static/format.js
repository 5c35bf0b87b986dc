/**
 * Numbers, sizes and names as people read them: the same text as heapnb/views/fmt.py gives.
 * tests/js/format_cases.json holds both to it.
 */

/** Stands for what the file does not carry. */
export const UNKNOWN = "–";

const MINUS = "−";
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const UNIT_FACTOR = 1000;
const ONE_DECIMAL_BELOW = 100;

/** Characters at the end of a path that are never cut. */
const LONGEST_PATH_END = 40;
const SHORTEST_PATH_END = 12;

/** V8's engine keeps what the program does not reach this far away. */
const BASE_SYSTEM_DISTANCE = 100_000_000;

// Control and format characters, unassigned ones, surrogates, line and paragraph separators.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT_ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };

/**
 * @typedef {"bytes"|"plain_bytes"|"bytes_delta"|"count"|"count_delta"|"percent"|"distance"|"text"|"location"} ColumnKind
 *
 * @typedef {object} FormattedCell
 * @property {string} text
 * @property {string} title  With nothing left out; empty where the text says it all.
 * @property {number|null} share  Of the heap, 0 to 1; null where that makes no sense.
 */

/** Write a size: one decimal below 100 units, none from there on. */
export function formatBytes(size) {
  if (!isKnown(size)) return UNKNOWN;
  const sign = size < 0 ? MINUS : "";
  let amount = Math.abs(size);
  if (amount < UNIT_FACTOR) return `${sign}${fixed(amount, 0)} B`;
  let unit = 0;
  // A size that would be written as 1000 units is one of the next.
  while (amount >= UNIT_FACTOR - 0.5 && unit < UNITS.length - 1) {
    amount /= UNIT_FACTOR;
    unit += 1;
  }
  const decimals = amount < ONE_DECIMAL_BELOW - 0.05 ? 1 : 0;
  return `${sign}${fixed(amount, decimals)} ${UNITS[unit]}`;
}

/** Write a size to the byte. */
export function formatBytesExact(size) {
  return isKnown(size) ? plural(size, "byte") : UNKNOWN;
}

/** Write a number of things, with separators. */
export function formatCount(count) {
  if (!isKnown(count)) return UNKNOWN;
  return `${count < 0 ? MINUS : ""}${fixed(Math.abs(count), 0)}`;
}

/** Write a share of 1 as a percentage; what is little but not nothing is `<0.1%`. */
export function formatPercent(share) {
  if (!isKnown(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return "<0.1%";
  const decimals = Math.abs(percent) >= ONE_DECIMAL_BELOW - 0.05 || percent === 0 ? 0 : 1;
  return `${percent < 0 ? "-" : ""}${fixed(Math.abs(percent), decimals)}%`;
}

/** Write how a size changed. */
export function formatBytesDelta(delta) {
  return withPlus(delta, formatBytes(delta));
}

/** Write how a number changed. */
export function formatCountDelta(delta) {
  return withPlus(delta, formatCount(delta));
}

/** Write a distance; nodes that the program does not reach have none. */
export function formatDistance(distance) {
  const isReached = isKnown(distance) && distance >= 0 && distance < BASE_SYSTEM_DISTANCE;
  return isReached ? formatCount(distance) : UNKNOWN;
}

/** Write a number with its noun. */
export function plural(count, one, many = `${one}s`) {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Cut a text at the end. */
export function shorten(text, limit = 80) {
  // No character takes more than two units: there is no need to take a megabyte apart.
  const characters = Array.from(text.slice(0, 2 * limit + 1));
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

/** Take a path apart into its start, which may be cut, and its end: a file with its line, or the last step. */
export function splitPath(text) {
  const at = Math.max(text.lastIndexOf("/"), text.lastIndexOf(" → "));
  const length = text.length - Math.max(at, 0);
  if (at <= 0 || length > LONGEST_PATH_END) return [text.slice(0, -SHORTEST_PATH_END), text.slice(-SHORTEST_PATH_END)];
  return [text.slice(0, at), text.slice(at)];
}

/** Replace what cannot be seen, or moves what can, by JavaScript escapes. */
export function visible(text) {
  return text.replace(INVISIBLE, escapeCharacter);
}

/**
 * Write the value of a cell by the kind of its column.
 *
 * @param {ColumnKind} kind
 * @param {string|number|null|undefined} value
 * @param {number} [totalSize]  Of the heap, for the share of sizes.
 * @returns {FormattedCell}
 */
export function formatCell(kind, value, totalSize = 0) {
  // A row that lacks a value is of a kind that the column does not apply to.
  if (value === undefined) return { text: "", title: "", share: null };
  if (value === null) return { text: UNKNOWN, title: "Unknown", share: null };
  switch (kind) {
    case "bytes": {
      const share = totalSize > 0 ? value / totalSize : null;
      const title = formatBytesExact(value) + (share === null ? "" : `, ${formatPercent(share)} of the heap`);
      return { text: formatBytes(value), title, share };
    }
    case "plain_bytes":
      return { text: formatBytes(value), title: formatBytesExact(value), share: null };
    case "bytes_delta":
      return { text: formatBytesDelta(value), title: withPlus(value, formatBytesExact(value)), share: null };
    case "count":
      return { text: formatCount(value), title: "", share: null };
    case "count_delta":
      return { text: formatCountDelta(value), title: "", share: null };
    case "percent":
      return { text: formatPercent(value), title: "", share: null };
    case "distance":
      return { text: formatDistance(value), title: "", share: null };
    default: {
      const text = visible(String(value));
      return { text, title: text, share: null };
    }
  }
}

function escapeCharacter(character) {
  if (character in SHORT_ESCAPES) return SHORT_ESCAPES[character];
  const code = character.codePointAt(0);
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

function withPlus(delta, text) {
  return isKnown(delta) && delta > 0 ? `+${text}` : text;
}

function isKnown(value) {
  return typeof value === "number" && !Number.isNaN(value);
}

/** Write a number that is not negative, with separators; halves go to the even digit, as in Python. */
function fixed(value, decimals) {
  const scale = decimals === 0 ? 1 : 10;
  // Of binary fractions, only these lie just between two digits.
  const isTie = Number.isInteger(value * 4) && Number.isInteger(value * scale * 2) && !Number.isInteger(value * scale);
  const lower = Math.floor(value * scale);
  const even = (lower % 2 === 0 ? lower : lower + 1) / scale;
  const [whole, fraction] = (isTie ? even : value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
