// Every job races against one promise that is only settled when the process ends.

let announceShutdown;
const shutdown = new Promise((resolve) => {
  announceShutdown = resolve;
});
process.once('SIGTERM', () => announceShutdown('SIGTERM'));

class JobResult {
  constructor(number) {
    this.number = number;
    this.rows = Array.from({ length: 10 }, (_, row) => row * number);
  }
}

async function convert(number) {
  await null;
  return new JobResult(number);
}

export async function work(number) {
  const result = await Promise.race([convert(number), shutdown]);
  return result.rows.length;
}
