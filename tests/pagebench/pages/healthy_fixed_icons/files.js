const KINDS = Array.from({ length: 48 }, (_, place) => `kind-${place}`);

/** Most files are of few kinds; the last kinds come late. */
export function kindOf(number) {
  const drawn = ((number * 7919) % 104_729) / 104_729;
  return KINDS[Math.floor(drawn ** 2 * KINDS.length)];
}
