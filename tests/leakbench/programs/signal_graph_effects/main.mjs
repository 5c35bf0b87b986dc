// Home-made signals. An effect is made anew for each render and stays among the subscribers.

let running = null;

class Signal {
  #value;
  #subscribers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    if (running) this.#subscribers.add(running);
    return this.#value;
  }

  set value(value) {
    this.#value = value;
    for (const effect of [...this.#subscribers]) effect.run();
  }
}

class Effect {
  constructor(action) {
    this.action = action;
    this.runs = 0;
    this.run();
  }

  run() {
    this.runs++;
    running = this;
    try {
      this.action();
    } finally {
      running = null;
    }
  }
}

const currency = new Signal('EUR');

export function work(number) {
  const row = { number, label: '' };
  new Effect(() => {
    row.label = `${row.number} ${currency.value}`;
  });
  if (number % 50 === 0) currency.value = number % 100 ? 'USD' : 'EUR';
}
