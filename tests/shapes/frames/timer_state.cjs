// State that only the callback of a timer sees.
function start() {
  /* SITE */
  const sizes = [60, 60, 180];
  let done = 0;
  setInterval(() => {
    for (let left = sizes.shift() ?? 0; left > 0; left--) unit(done++);
    process.emit('round');
  }, 400);
}
start();
