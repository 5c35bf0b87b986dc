'use strict';

// Parsed headers are remembered by request in a WeakMap, and go with the request.

class Headers {
  constructor(text) {
    this.fields = text.split(';').map((part) => part.trim().split('='));
  }
}

const parsed = new WeakMap();
const registry = new FinalizationRegistry(() => {
  finalised++;
});
let finalised = 0;

function headersOf(request) {
  let headers = parsed.get(request);
  if (!headers) {
    headers = new Headers(request.text);
    parsed.set(request, headers);
    registry.register(request, request.number);
  }
  return headers;
}

exports.work = async (number) => {
  const request = { number, text: `a=${number}; b=2; c=three` };
  headersOf(request);
  await null;
  headersOf(request);
};
