// Each link of a chain of promises does a part of the work.
const { setTimeout: sleep } = require('node:timers/promises');
/* SITE */
const sizes = [60, 60, 180];
let done = 0;
function round() {
  for (let left = sizes.shift() ?? 0; left > 0; left--) unit(done++);
  process.emit('round');
  return sleep(400).then(round);
}
round();
