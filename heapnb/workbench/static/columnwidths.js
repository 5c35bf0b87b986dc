/** How wide the columns of a tree table are: the tree's own column is the widest. */

/** @typedef {import("./format.js").ColumnKind} ColumnKind */

/** Pixels that the values of a kind need, and pixels at which they are easy to read. */
const WIDTHS = {
  bytes: [80, 148],
  plain_bytes: [80, 108],
  bytes_delta: [84, 108],
  count: [66, 92],
  count_delta: [72, 92],
  percent: [90, 96],
  distance: [76, 96],
  text: [90, 180],
  location: [142, 200],
};

/** The share of the table that the tree's own column keeps while others can still shrink. */
const LABEL_SHARE = 0.36;

/** Pixels below which the table scrolls sideways instead. */
export const LABEL_NARROWEST = 220;

/** Pixels of a size beside which its share of the heap can be read. */
export const WITH_SHARE = 126;

/**
 * Share out the width of a table.
 *
 * Columns have the width that is easy to read while the tree's own column keeps 36 % of the table;
 * in narrower tables, all of them shrink alike to what their values need.
 *
 * @param {{key: string, kind: ColumnKind}[]} columns  Beside the tree's own.
 * @param {number} width  Pixels of the table; 0 while it is not shown.
 * @param {Map<string, number>} [chosen]  Widths that the reader has set.
 * @returns {number[]} One width for each column; the tree's own takes the rest.
 */
export function columnWidths(columns, width, chosen = new Map()) {
  const ranges = columns.map(({ key, kind }) => {
    const own = chosen.get(key);
    return own === undefined ? (WIDTHS[kind] ?? WIDTHS.text) : [own, own];
  });
  const least = sum(ranges.map(([narrow]) => narrow));
  const most = sum(ranges.map(([, wide]) => wide));
  const room = width - Math.max(LABEL_NARROWEST, width * LABEL_SHARE);
  const share = width === 0 || most === least ? 1 : Math.min(1, Math.max(0, (room - least) / (most - least)));
  return ranges.map(([narrow, wide]) => Math.floor(narrow + (wide - narrow) * share));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
