'use strict';

const MEASURES = Array.from({ length: 30 }, (_, i) => ({
  name: `measure ${i}`,
  weight: i / 30,
  compute: (values) => values.reduce((sum, value) => sum + value * i, 0),
}));

function describe(visits, pages) {
  const values = [...visits.values()];
  const lines = MEASURES.map(({ name, weight, compute }) => `${name}: ${weight * compute(values)}`);
  return [`${pages.entries.size} pages`, ...lines].join('\n');
}

module.exports = { describe };
