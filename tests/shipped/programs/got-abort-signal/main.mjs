// Pages of a catalogue are downloaded until the operator stops the crawler.
import http from 'node:http';
import { once } from 'node:events';
import got from 'got';

const stop = new AbortController();
const server = http.createServer((request, response) => response.end(`page ${request.url}`));
await once(server.listen(0), 'listening');
const base = `http://localhost:${server.address().port}`;

class Crawler {
  async page(number) {
    const response = await got(`${base}/catalogue/${number}`, { signal: stop.signal });
    return response.body.length;
  }
}

const crawler = new Crawler();

export async function work(number) {
  await crawler.page(number);
}
