// One unit: a new visitor searches for something and then for the same thing again (which the cache answers).

const ADJECTIVES = ['blue', 'round', 'quiet', 'heavy', 'folding', 'wooden', 'cheap', 'solar'];
const NOUNS = ['lamp', 'chair', 'kettle', 'bicycle', 'radio', 'ladder', 'clock', 'tent'];

export async function work(unit, { request }) {
  const query = `${ADJECTIVES[unit % 8]} ${NOUNS[(unit * 5) % 8]}`;
  for (let i = 0; i < 2; i++) {
    await request('GET', `/search?q=${encodeURIComponent(query)}`, { 'x-visitor': `visitor-${unit}` });
  }
}
