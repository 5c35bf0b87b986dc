export function roomNumber(number) {
  const sensors = ['temperature', 'humidity'].map((kind) => ({ kind, room: `Room ${number}`, value: 20 + (number % 7) }));
  return { number, sensors };
}
