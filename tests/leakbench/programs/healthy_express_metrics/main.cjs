'use strict';

// Express with metrics by route (not by path), sessions that end, and a small cache.

const http = require('node:http');
const express = require('express');
const client = require('prom-client');

const registry = new client.Registry();
const durations = new client.Histogram({
  name: 'http_seconds',
  help: 'Seconds by route',
  labelNames: ['route', 'status'],
  registers: [registry],
});
const app = express();
const open = new Map();

app.use((req, res, next) => {
  const end = durations.startTimer();
  open.set(res, req.url);
  res.on('finish', () => end({ route: req.route?.path ?? 'none', status: res.statusCode }));
  res.on('close', () => open.delete(res));
  next();
});
app.get('/items/:id', (req, res) => res.json({ id: req.params.id, tags: ['a', 'b'] }));
app.get('/metrics', async (req, res) => res.send(await registry.metrics()));

const server = app.listen(0, '127.0.0.1');
const listening = new Promise((resolve) => server.on('listening', resolve));

const get = (path) =>
  new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, path, agent: false }, (response) => {
        response.resume();
        response.on('close', resolve);
      })
      .on('error', reject);
  });

exports.work = async (number) => {
  await listening;
  await get(`/items/${number}`);
  await get(number % 10 === 0 ? '/metrics' : '/nowhere');
};
