// An ES module that waits at top level for a promise that stays pending.
/* SITE */
const sizes = [60, 60, 180];
let done = 0;
setInterval(() => {
  for (let left = sizes.shift() ?? 0; left > 0; left--) unit(done++);
  process.emit('round');
}, 400);
await new Promise(() => {});
