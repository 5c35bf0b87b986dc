'use strict';

// A poller that returns its own next call: none of its promises settles while it runs.
let arrive = () => {};

function message() {
  return new Promise((resolve) => {
    arrive = resolve;
  });
}

function poll() {
  return message().then(function handle() {
    return poll();
  });
}

poll();

exports.unit = async () => {
  arrive();
  await new Promise((resolve) => setImmediate(resolve));
};
