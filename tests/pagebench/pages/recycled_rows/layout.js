const COLUMNS = [0.2, 0.5, 0.3];

export function layoutFor(width) {
  const widths = COLUMNS.map((share) => Math.round(share * width * 10) / 10);
  return { key: widths.join('/'), widths };
}
