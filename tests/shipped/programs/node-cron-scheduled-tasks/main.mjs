// A polling task for each import: it is stopped when the import is through.

import cron from 'node-cron';

class Import {
  constructor(file) {
    this.file = file;
    this.rows = 0;
    this.task = cron.schedule('*/30 * * * * *', () => this.report());
  }

  report() {
    console.error(`${this.file}: ${this.rows} rows`);
  }

  async run() {
    for (let page = 0; page < 3; page++) {
      this.rows += 50;
      await null;
    }
  }

  async close() {
    // `destroy` came with a later version.
    await (this.task.destroy?.() ?? this.task.stop());
  }
}

export async function work(number) {
  const one = new Import(`customers-${number}.csv`);
  await one.run();
  await one.close();
}
