'use strict';

// An observer reads the measures, which does not clear them.
const { performance, PerformanceObserver } = require('node:perf_hooks');

let total = 0;

const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) total += entry.duration;
});
observer.observe({ entryTypes: ['measure'] });

exports.unit = async (number) => {
  const start = performance.now();
  performance.measure(`upload ${number}`, { start, end: start + 1, detail: { number } });
};
