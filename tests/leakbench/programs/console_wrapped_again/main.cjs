'use strict';

// Logging with a prefix: `report` is wrapped for each request and never unwrapped.

const logger = {
  written: 0,
  report(text) {
    this.written += text.length;
  },
};

function withPrefix(prefix) {
  const original = logger.report;
  logger.report = function report(text) {
    if (text.startsWith('!')) return original.call(this, `${prefix} ${text}`);
    this.written += text.length;
    return undefined;
  };
}

exports.work = (number) => {
  withPrefix(`[request ${number}]`);
  logger.report('started');
};
