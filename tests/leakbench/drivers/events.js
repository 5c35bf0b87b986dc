/* PROGRAM */

// Jobs come when a timer fires.
const jobBatches = [/* BATCHES */];
let nextJob = 0;

function runJobs(left) {
  if (left === 0) {
    process.emit('round');
    setTimeout(pollForJobs, /* PAUSE */);
    return;
  }
  Promise.resolve(work(nextJob++)).then(() => setImmediate(runJobs, left - 1));
}

function pollForJobs() {
  runJobs(jobBatches.shift() ?? 0);
}

setTimeout(pollForJobs, 10);
