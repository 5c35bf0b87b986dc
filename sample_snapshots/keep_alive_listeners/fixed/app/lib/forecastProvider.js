'use strict';

const http = require('node:http');

/** One question to the provider, and the answer. */
class ForecastCall {
  constructor(number, station) {
    this.id = `call ${number}`;
    this.path = `/forecast?station=${station}`;
    this.forecast = null;
  }
}

/** Asks the weather service, over one connection that is used again and again. */
class ForecastProvider {
  constructor({ host, port }) {
    this.address = { host, port };
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.callCount = 0;
    this.dropped = 0;
  }

  forecast(station) {
    const call = new ForecastCall(++this.callCount, station);
    return new Promise((resolve, reject) => {
      const request = http.get({ ...this.address, path: call.path, agent: this.agent });
      request.on('close', () => {
        if (!call.forecast) this.dropped += 1;
      });
      request.on('error', reject);
      request.on('response', async (response) => {
        const parts = [];
        for await (const part of response.setEncoding('utf8')) parts.push(part);
        call.forecast = JSON.parse(parts.join(''));
        resolve(call.forecast);
      });
    });
  }
}

module.exports = { ForecastProvider };
