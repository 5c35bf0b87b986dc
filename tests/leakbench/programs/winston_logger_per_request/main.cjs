'use strict';

// A child logger by name for every request: winston's container keeps all it has ever made.

const { Writable } = require('node:stream');
const winston = require('winston');


function loggerFor(requestId) {
  return winston.loggers.get(requestId, {
    level: 'info',
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream: new Writable({ write: (c, e, done) => done() }) })],
  });
}

async function handle(requestId) {
  const logger = loggerFor(requestId);
  logger.info('started', { requestId });
  await null;
  logger.info('done', { requestId });
}

exports.work = async (number) => {
  await handle(`request-${number}`);
};
