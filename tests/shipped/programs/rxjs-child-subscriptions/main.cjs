'use strict';

// One stream of jobs for the life of the process; each job is an inner observable that completes.

const { Observable } = require('rxjs/Observable');
const { Subject } = require('rxjs/Subject');
require('rxjs/add/operator/mergeMap');

class Job {
  constructor(number) {
    this.number = number;
    this.lines = [`started ${number}`];
  }

  run(done) {
    setImmediate(() => {
      this.lines.push(`done ${this.number}`);
      done(this.lines.length);
    });
  }
}

const jobs = new Subject();
let finished = () => {};

jobs
  .mergeMap(
    (job) =>
      new Observable((observer) => {
        job.run((result) => {
          observer.next(result);
          observer.complete();
        });
      }),
  )
  .subscribe(() => finished());

exports.work = (number) =>
  new Promise((resolve) => {
    finished = resolve;
    jobs.next(new Job(number));
  });
