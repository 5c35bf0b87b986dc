'use strict';

// Flags for each visitor. LaunchDarkly is a local server that has no flags and takes all events.

const http = require('node:http');

const launchDarkly = require('@launchdarkly/node-server-sdk');

const server = http.createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(request.method === 'GET' ? '{"flags": {}, "segments": {}}' : '');
});

const ready = new Promise((resolve, reject) => {
  server.listen(0, '127.0.0.1', () => {
    const address = `http://127.0.0.1:${server.address().port}`;
    const client = launchDarkly.init('sdk-key', {
      stream: false,
      baseUri: address,
      eventsUri: address,
      diagnosticOptOut: true,
      // Seconds: the keys that were seen are cleared that often.
      contextKeysFlushInterval: 0.01,
      contextKeysCapacity: 100_000,
      flushInterval: 0.02,
      logger: launchDarkly.basicLogger({ level: 'none' }),
    });
    client.waitForInitialization({ timeout: 5 }).then(() => resolve(client), reject);
  });
});

exports.work = async (number) => {
  const client = await ready;
  await client.variation('new-checkout', { kind: 'user', key: `visitor-${number}` }, false);
  await new Promise((resolve) => setTimeout(resolve, 5));
};
