const KINDS = ['rent', 'sale', 'share'];

export function offer(number) {
  return { number, kind: KINDS[number % KINDS.length], title: `Flat ${number}`, rooms: 1 + (number % 5) };
}
