/* PROGRAM */

async function runUntilStopped() {
  let nextJob = 0;
  for (const size of [/* BATCHES */]) {
    for (let left = size; left > 0; left--) await work(nextJob++);
    process.emit('round');
    await new Promise((resolve) => setTimeout(resolve, /* PAUSE */));
  }
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
}

runUntilStopped().catch((error) => {
  console.error(error);
  process.exit(1);
});
