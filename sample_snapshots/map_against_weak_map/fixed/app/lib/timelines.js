'use strict';

/** When a job reached which step. */
class Timeline {
  constructor() {
    this.marks = [];
  }

  mark(step) {
    this.marks.push({ step, at: performance.now() });
  }

  get duration() {
    return this.marks.at(-1).at - this.marks[0].at;
  }
}

// Beside the jobs, so that ImageJob need not know about it.
const timelines = new WeakMap();

function mark(job, step) {
  if (!timelines.has(job)) timelines.set(job, new Timeline());
  timelines.get(job).mark(step);
}

function stepsOf(job) {
  return timelines.get(job).marks.map(({ step }) => step);
}

function durationOf(job) {
  return timelines.get(job).duration;
}

module.exports = { mark, stepsOf, durationOf };
