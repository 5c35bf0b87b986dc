let time = Date.UTC(2026, 4, 4, 8);

/** Stands for the prices of the last minute. */
export function latestPrices() {
  time += 61_500;
  const base = (time / 61_500) % 97;
  return [0, 1, 2].map((step) => ({ time: new Date(time + step * 20_000), price: 80 + base / 3 + step }));
}
