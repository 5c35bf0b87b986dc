const MOST = 24;
const plans = new Map();

class Plan {
  constructor(number) {
    this.stops = Array.from({ length: 3 }, (_, place) => `Stop ${number * 3 + place}`);
  }
}

/** Plans by number. When there are too many, all are forgotten. */
export function planOf(number) {
  let plan = plans.get(number);
  if (!plan) {
    if (plans.size >= MOST) plans.clear();
    plan = new Plan(number);
    plans.set(number, plan);
  }
  return plan;
}
