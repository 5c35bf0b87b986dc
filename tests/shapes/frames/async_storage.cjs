// All of the program runs inside an AsyncLocalStorage.
const { AsyncLocalStorage: Storage } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const context = new Storage();
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
context.run({ name: 'main', main }, main);
