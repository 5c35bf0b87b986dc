'use strict';

// Requests wait for a connection that is never made.
const ready = new Promise(() => {});

class Request {
  constructor(number) {
    this.url = `/requests/${number}`;
  }
}

async function handle(request) {
  await ready;
  return request.url;
}

exports.unit = async (number) => { handle(new Request(number)); };
