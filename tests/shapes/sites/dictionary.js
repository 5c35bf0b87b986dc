class Counter { constructor(i) { this.label = `counter ${i}`; } }
const counters = {};
function unit(i) { counters[`page ${i}`] = new Counter(i); }
