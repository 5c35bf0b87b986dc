// Every job adds a transport to the shared logger to collect its own lines, and leaves it there.

import { EventEmitter } from 'node:events';
import Transport from 'winston-transport';
import winston from 'winston';

EventEmitter.defaultMaxListeners = 0;

class JobTransport extends Transport {
  constructor(jobId) {
    super({ level: 'info' });
    this.jobId = jobId;
    this.lines = [];
  }

  log(info, callback) {
    if (info.jobId === this.jobId) this.lines.push(info.message);
    callback();
  }
}

const logger = winston.createLogger({ level: 'info', transports: [new JobTransport('none')] });

export async function work(number) {
  const transport = new JobTransport(number);
  logger.add(transport);
  logger.info('converted', { jobId: number });
  await new Promise((resolve) => setImmediate(resolve));
  return transport.lines;
}
