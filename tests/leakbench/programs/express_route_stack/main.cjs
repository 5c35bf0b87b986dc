'use strict';

// A reporting API that mounts a router for the tenant while it answers.

const http = require('node:http');
const express = require('express');
const { tenantRouter } = require('./tenantRouter.cjs');
const { get } = require('./request.cjs');

const app = express();
app.disable('x-powered-by');

app.get('/healthz', (req, res) => res.json({ ok: true }));

app.use('/tenants/:tenant', (req, res, next) => {
  app.use(`/tenants/${req.params.tenant}`, tenantRouter(req.params.tenant));
  next();
});

app.get('/tenants/:tenant/report', (req, res) => {
  res.json({ tenant: req.params.tenant, rows: [1, 2, 3] });
});

const server = http.createServer(app);
const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

exports.work = async (number) => {
  await listening;
  const { port } = server.address();
  await get(port, `/tenants/t${number % 4}/report`);
  await get(port, '/healthz');
};
