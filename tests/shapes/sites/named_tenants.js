class Job { constructor(i) { this.title = `job ${i}`; } }
const jobsOf = { acme: [], globex: [], initech: [], umbrella: [], stark: [], wayne: [], hooli: [] };
function unit(i) { const names = Object.keys(jobsOf); jobsOf[names[i % names.length]].push(new Job(i)); }
