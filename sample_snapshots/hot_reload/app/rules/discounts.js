'use strict';

const GROUPS = ['retail', 'wholesale', 'staff', 'press', 'school', 'partner', 'export', 'charity'];

class DiscountRule {
  constructor(group, from, percent) {
    this.group = group;
    this.from = from;
    this.percent = percent;
    this.label = `${percent} % for ${group} from ${from}`;
  }

  matches(group, amount) {
    return this.group === group && amount >= this.from;
  }
}

const rules = [];
for (const [position, group] of GROUPS.entries()) {
  for (let level = 0; level < 5; level++) rules.push(new DiscountRule(group, level * 100, position + level));
}

const best = new Map();

function apply(group, amount) {
  const key = `${group} ${Math.floor(amount / 100)}`;
  if (!best.has(key)) best.set(key, rules.findLast((rule) => rule.matches(group, amount)) ?? null);
  const rule = best.get(key);
  return rule ? amount * (1 - rule.percent / 100) : amount;
}

function count() {
  return rules.length;
}

module.exports = { apply, count };
