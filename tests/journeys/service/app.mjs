// A service for orders, with five leaks at once. It answers HTTP on loopback and prints its port.

import { readFile } from 'node:fs/promises';
import http from 'node:http';

import { record } from './src/audit.mjs';
import { remind } from './src/reminders.mjs';
import { startSession } from './src/sessions.mjs';
import { quote } from './src/prices.mjs';
import { receive } from './src/uploads.mjs';

const settings = JSON.parse(await readFile(new URL('settings.json', import.meta.url), 'utf8'));

let orders = 0;

const server = http.createServer((request, response) => {
  if (request.url === '/order') {
    const number = ++orders;
    const session = startSession(number);
    record(session, 'ordered');
    remind(session, settings.reminderMs);
    quote(response, settings.currency);
    receive(number);
  }
  response.end('ok\n');
});

await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
console.log(server.address().port);
