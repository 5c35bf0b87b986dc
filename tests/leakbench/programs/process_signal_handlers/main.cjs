'use strict';

// Each worker object wants to shut down in good order, and says so to the process.

process.setMaxListeners(0);

class Worker {
  constructor(number) {
    this.name = `worker-${number}`;
    this.tasks = [];
    process.on('SIGTERM', () => this.stop());
  }

  async run(task) {
    this.tasks.push(task);
    await null;
    return task.steps.length;
  }

  stop() {
    this.tasks = [];
  }
}

exports.work = async (number) => {
  const worker = new Worker(number);
  await worker.run({ steps: ['fetch', 'convert', 'store'], number });
};
