'use strict';

const express = require('express');

exports.tenantRouter = (tenant) => {
  const limits = { tenant, perMinute: 60, used: new Array(32).fill(0) };
  const router = express.Router();
  router.use((req, res, next) => {
    limits.used[Date.now() % 32]++;
    next();
  });
  return router;
};
