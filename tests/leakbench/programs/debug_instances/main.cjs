'use strict';

// A namespace with the request's id in it. This version of `debug` keeps every instance.

const createDebug = require('debug');

async function handle(requestId, body) {
  const log = createDebug(`api:request:${requestId}`);
  log('body %o', body);
  await null;
  log('done');
}

exports.work = async (number) => {
  await handle(number, { item: number % 9 });
};
