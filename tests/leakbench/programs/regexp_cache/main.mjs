// Search terms become regular expressions, which are kept for next time.

const patterns = new Map();

function patternFor(term) {
  const known = patterns.get(term);
  if (known) return known;
  const pattern = new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu');
  patterns.set(term, pattern);
  return pattern;
}

export async function work(number) {
  return patternFor(`order number ${number} (express)`).test('order number 7 (express)');
}
