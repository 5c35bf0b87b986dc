'use strict';

// The audit trail goes into a stream that nobody reads, and `write` returning false is ignored.

const { PassThrough } = require('node:stream');

const auditTrail = new PassThrough({ highWaterMark: 1024 });

function audit(user, action) {
  auditTrail.write(JSON.stringify({ user, action, at: Date.now(), detail: 'x'.repeat(200) }) + '\n');
}

exports.work = async (number) => {
  audit(`user-${number}`, 'login');
  audit(`user-${number}`, 'logout');
  await null;
};
