class Guest {
  constructor(number) {
    this.number = number;
    this.name = `Guest ${number}`;
    this.nights = Array.from({ length: 1 + (number % 6) }, (_, night) => ({ night, paid: false }));
  }
}

export async function fetchGuest(number) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return new Guest(number);
}
