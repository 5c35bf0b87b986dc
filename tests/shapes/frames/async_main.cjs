// A CommonJS module whose async main() loops.
const { setTimeout: sleep } = require('node:timers/promises');
/* SITE */
async function main() {
  let done = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) unit(done++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60000);
}
main();
