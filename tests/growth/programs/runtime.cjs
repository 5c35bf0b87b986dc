'use strict';

// What Node.js itself keeps, up to a bound of its own (heapnb/analysis/diagnosis/runtime_bounds.toml).

const http = require('node:http');
const https = require('node:https');
const readline = require('node:readline');
const { PassThrough } = require('node:stream');
const { startServer } = require('./http_server.cjs');

const EVERY = 10;

function getter(port, agent) {
  return () =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, agent }, (response) => {
        response.resume();
        response.on('end', resolve);
      });
      request.on('error', reject);
    });
}

async function fetches({ entries }) {
  const port = await startServer();
  if (entries) performance.setResourceTimingBufferSize(entries);
  return async (unit) => (await fetch(`http://127.0.0.1:${port}/item/${unit}`)).text();
}

/** More requests at the same time, again and again. */
async function requests({ keepAlive }) {
  const agent = new http.Agent({ keepAlive });
  const get = getter(await startServer(), agent);
  return async (unit) => {
    if (unit % EVERY === EVERY - 1) await Promise.all(Array.from({ length: unit }, get));
  };
}

function sessions() {
  const agent = new https.Agent();
  // What the agent does when a host sends it a session.
  return (unit) => agent._cacheSession(`host${unit}:443`, Buffer.from(`session ${unit}`));
}

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough().resume();
  const lines = readline.createInterface({ input, output, terminal: true });
  return async (unit) => {
    const read = new Promise((resolve) => lines.once('line', resolve));
    input.write(`command number ${unit}\n`);
    await read;
  };
}

const MAKES = { fetches, requests, sessions, terminal };

exports.start = (options) => MAKES[options.make](options);
