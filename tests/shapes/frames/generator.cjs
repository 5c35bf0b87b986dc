// A generator does the work and has the state; a timer resumes it.
function* work() {
  /* SITE */
  let done = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) unit(done++);
    yield size;
  }
  for (;;) yield 0;
}
const rounds = work();
setInterval(() => {
  rounds.next();
  process.emit('round');
}, 400);
