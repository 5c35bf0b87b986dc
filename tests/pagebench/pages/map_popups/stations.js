export function freeBikes(number) {
  return ['Harbour', 'Market', 'Park'].map((name, place) => ({
    name,
    bikes: (number * (place + 3)) % 17,
    position: [53.5 + place / 100, 10 + place / 100],
  }));
}
