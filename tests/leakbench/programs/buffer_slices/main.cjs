'use strict';

// A signature of 32 bytes from each message; the view keeps the whole message alive.

const crypto = require('node:crypto');

const seenSignatures = new Map();

function receive(message) {
  const signature = message.subarray(0, 32);
  const key = crypto.createHash('sha1').update(signature).digest('hex');
  if (seenSignatures.has(key)) return false;
  seenSignatures.set(key, signature);
  return true;
}

exports.work = (number) => {
  const message = Buffer.allocUnsafeSlow(24 * 1024);
  message.fill(0);
  message.writeUInt32BE(number, 0);
  receive(message);
};
