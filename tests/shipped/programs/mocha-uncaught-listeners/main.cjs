'use strict';

// A tool that runs suites of tests one after the other in its own process.

const Mocha = require('mocha');

function suiteOf(number) {
  const suite = new Mocha.Suite(`suite ${number}`, new Mocha.Context(), true);
  for (let test = 0; test < 3; test++) {
    suite.addTest(new Mocha.Test(`adds ${test}`, () => test + number));
  }
  return suite;
}

process.setMaxListeners(0);

exports.work = (number) =>
  new Promise((resolve, reject) => {
    const runner = new Mocha.Runner(suiteOf(number), false);
    runner.run((failures) => (failures ? reject(new Error(`${failures} failures`)) : resolve()));
  });
