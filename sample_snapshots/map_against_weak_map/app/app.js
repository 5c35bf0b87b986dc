'use strict';

const http = require('node:http');
const { ImageJob, resize } = require('./lib/images');
const timelines = require('./lib/timelines');

const durations = []; // of the last hundred jobs, for /health

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://images.example');
  if (url.pathname === '/health') {
    response.end(JSON.stringify({ slowest: Math.max(0, ...durations) }));
    return;
  }
  const job = new ImageJob(url.searchParams.get('image'), Number(url.searchParams.get('width')));
  timelines.mark(job, 'received');
  const image = await resize(job);
  timelines.mark(job, 'resized');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ image, steps: timelines.stepsOf(job) }));
  durations.push(timelines.durationOf(job));
  if (durations.length > 100) durations.shift();
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
