'use strict';

// A circuit breaker for each upstream that is found, shut down when the upstream is gone.

const CircuitBreaker = require('opossum');

class Upstream {
  constructor(number) {
    this.host = `10.0.${number >> 8}.${number & 255}`;
    this.breaker = new CircuitBreaker((path) => this.get(path), { timeout: 1000, name: this.host });
  }

  async get(path) {
    return { host: this.host, path, status: 200 };
  }

  async check() {
    const { status } = await this.breaker.fire('/health');
    return status === 200;
  }

  remove() {
    this.breaker.shutdown();
  }
}

exports.work = async (number) => {
  const upstream = new Upstream(number);
  await upstream.check();
  upstream.remove();
};
