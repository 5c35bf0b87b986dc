export function entriesOf(topic, start) {
  return [0, 1, 2].map((place) => ({ topic, text: `${topic}: entry ${start + place}` }));
}
