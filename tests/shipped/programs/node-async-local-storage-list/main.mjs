// Every run of a job has a storage of its own for its log lines.
import { AsyncLocalStorage } from 'node:async_hooks';

class JobRun {
  context = new AsyncLocalStorage();
  lines = [];

  async run(steps) {
    await this.context.run({ lines: this.lines }, async () => {
      for (const step of steps) {
        await null;
        this.context.getStore().lines.push(`did ${step}`);
      }
    });
    return this.lines.length;
  }
}

export async function work(number) {
  await new JobRun().run([`fetch ${number}`, `resize ${number}`, `store ${number}`]);
}
