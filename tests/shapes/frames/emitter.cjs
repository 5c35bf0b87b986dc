// State that only a listener sees.
const { EventEmitter: Emitter } = require('node:events');
const messages = new Emitter();
function subscribe() {
  /* SITE */
  let done = 0;
  messages.on('message', () => unit(done++));
}
subscribe();
const sizes = [60, 60, 180];
setInterval(() => {
  for (let left = sizes.shift() ?? 0; left > 0; left--) messages.emit('message');
  process.emit('round');
}, 400);
