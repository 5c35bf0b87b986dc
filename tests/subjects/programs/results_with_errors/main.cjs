'use strict';
// Every third result has an error: one kind of record, in two shapes.
const { setTimeout: sleep } = require('node:timers/promises');

const results = [];

function record(number) {
  const result = { id: `import ${number}`, name: `file ${number}.csv` };
  if (number % 3 === 0) result.error = `line ${number} is empty`;
  results.push(result);
}

(async () => {
  let number = 0;
  for (const size of [60, 60, 180]) {
    for (let left = size; left > 0; left--) record(number++);
    process.emit('round');
    await sleep(400);
  }
  await sleep(60_000);
})();
