class Rule {
  constructor(limit, cents) {
    this.limit = limit;
    this.cents = cents;
  }

  applies(parcel) {
    return parcel.weight <= this.limit;
  }
}

const rules = Array.from({ length: 20 }, (_, step) => new Rule(step * 2, 390 + step * 55));

export function priceOf(parcel) {
  const rule = rules.find((candidate) => candidate.applies(parcel)) ?? rules.at(-1);
  return rule.cents * parcel.zone;
}
