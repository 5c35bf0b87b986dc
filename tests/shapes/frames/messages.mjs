// An ES module that iterates over events.
import { EventEmitter as Emitter, on } from 'node:events';
/* SITE */
const source = new Emitter();
const sizes = [60, 60, 180];
setInterval(() => source.emit('round', sizes.shift() ?? 0), 400);
let done = 0;
for await (const [size] of on(source, 'round')) {
  for (let left = size; left > 0; left--) unit(done++);
  process.emit('round');
}
