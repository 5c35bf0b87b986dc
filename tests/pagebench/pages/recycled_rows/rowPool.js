/** Rows that wait for their next use, by the layout that they were made for. */
const pools = {};

export function takeRow(layout) {
  return pools[layout.key]?.pop() ?? createRow(layout);
}

export function giveBack(layout, rows) {
  const pool = (pools[layout.key] ??= []);
  pool.push(...rows);
}

function createRow({ widths }) {
  const row = document.createElement('tr');
  for (const width of widths) {
    const cell = document.createElement('td');
    cell.style.width = `${width}px`;
    row.append(cell);
  }
  return row;
}
