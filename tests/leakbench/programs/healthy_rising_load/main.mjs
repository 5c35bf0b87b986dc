// More and more requests are under way as the load rises, but each ends after some turns.

class Flight {
  constructor(number) {
    this.number = number;
    this.body = { rows: new Array(20).fill(number) };
    this.turnsLeft = 6;
  }
}

const underWay = new Set();

export async function work(number) {
  for (const flight of underWay) {
    if (--flight.turnsLeft <= 0) underWay.delete(flight);
  }
  const arrivals = 2 + Math.floor(number / 60);
  for (let i = 0; i < arrivals; i++) underWay.add(new Flight(number * 100 + i));
  await null;
}
