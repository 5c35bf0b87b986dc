'use strict';

// The default store of express-session, and a health check of the load balancer without cookies.

const http = require('node:http');
const express = require('express');
const session = require('express-session');

const app = express();
const store = new session.MemoryStore();
app.use(session({ store, secret: 'kept elsewhere', resave: false, saveUninitialized: true }));
app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  req.session.landing = { page: '/', campaign: 'spring', at: Date.now() };
  res.send('ok');
});

const server = app.listen(0, '127.0.0.1');
const listening = new Promise((resolve) => server.on('listening', resolve));

exports.work = async () => {
  await listening;
  await new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
        response.resume();
        response.on('close', resolve);
      })
      .on('error', reject);
  });
};
