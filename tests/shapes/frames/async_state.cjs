// An async main() that has the state as its own variables.
const { setTimeout: sleep } = require('node:timers/promises');
async function main() {
  /* SITE */
  let done = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) unit(done++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60000);
}
main();
