class Job { constructor(i) { this.title = `job ${i}`; } }
const jobsOf = new Map([['acme', []], ['globex', []]]);
function unit(i) { jobsOf.get(i % 2 ? 'acme' : 'globex').push(new Job(i)); }
