import { on, once } from 'node:events';
import http from 'node:http';

import { UploadReceipt } from './lib/receipts.js';

const receipts = new Set(); // of uploads that are under way

function status() {
  return { underWay: receipts.size };
}

const server = http.createServer().listen(Number(process.argv[2]), '127.0.0.1');
await once(server, 'listening');
console.log('listening');

for await (const [request, response] of on(server, 'request')) {
  const url = new URL(request.url, 'http://uploads.example');
  if (url.pathname === '/status') {
    response.end(JSON.stringify(status()));
    continue;
  }
  const receipt = new UploadReceipt(url.searchParams.get('file'), request.headers);
  receipts.add(receipt);
  for await (const chunk of request) receipt.take(chunk);
  response.end(JSON.stringify(receipt.summary));
  receipts.delete(receipt);
}
