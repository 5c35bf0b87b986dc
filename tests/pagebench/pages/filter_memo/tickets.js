const OWNERS = ['ada', 'bo', 'cy', 'di', 'ed'];

class Ticket {
  constructor(number) {
    this.number = number;
    this.owner = OWNERS[number % OWNERS.length];
    this.isOpen = number % 3 !== 0;
    this.opened = number * 11;
  }
}

export const tickets = Array.from({ length: 240 }, (_, number) => new Ticket(number));
