'use strict';

// A tool that converts folders, with a log file for each: the configuration is made anew each time.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const log4js = require('log4js');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convert-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

function shutdown() {
  return new Promise((resolve, reject) => {
    log4js.shutdown((error) => (error ? reject(error) : resolve()));
  });
}

exports.work = async (number) => {
  log4js.configure({
    appenders: { run: { type: 'file', filename: path.join(folder, `run-${number % 4}.log`) } },
    categories: { default: { appenders: ['run'], level: 'info' } },
  });
  log4js.getLogger().info(`folder ${number}: 12 files converted`);
  await shutdown();
};
