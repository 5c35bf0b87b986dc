// State in the constructor of an object that a closure holds.
const { setTimeout: sleep } = require('node:timers/promises');
class Service {
  constructor() {
    /* SITE */
    this.work = unit;
    this.done = 0;
  }
}
function run(service) {
  return async () => {
    for (const size of [60, 60, 180]) {
      for (let left = size; left > 0; left--) service.work(service.done++);
      process.emit('round');
      await sleep(400);
    }
    await sleep(60000);
  };
}
run(new Service())();
