class Session {
  constructor(customer) {
    this.customer = customer;
    this.basket = new Array(60).fill(customer);
  }
}

const sessions = new Map();

export function startSession(number) {
  const session = new Session(`customer ${number}`);
  sessions.set(`session-${number}`, session);
  return session;
}
