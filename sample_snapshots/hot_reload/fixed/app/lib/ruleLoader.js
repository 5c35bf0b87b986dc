'use strict';

const RULES_FILE = require.resolve('../rules/discounts.js');

let generation = 0;

/** Read the rules again, so that a change of the file works without a restart. */
function loadRules() {
  const outdated = require.cache[RULES_FILE];
  delete require.cache[RULES_FILE];
  module.children = module.children.filter((child) => child !== outdated);
  const rules = require('../rules/discounts.js');
  generation += 1;
  return { ...rules, generation };
}

module.exports = { loadRules };
