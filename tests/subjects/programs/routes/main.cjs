'use strict';
// Routes of a package's router are added again and again: a Layer around each handler.
const { Router } = require('tiny-router');

const router = new Router();

class Tenant {
  constructor(number) {
    this.name = `tenant ${number}`;
  }
}

function addTenant(tenant) {
  router.get(`/${tenant.name}`, function showTenant(request, response) {
    response.end(tenant.name);
  });
}

const sizes = [60, 60, 180];
let number = 0;
function tick() {
  const size = sizes.shift();
  if (size === undefined) return;
  for (let left = size; left > 0; left--) addTenant(new Tenant(number++));
  process.emit('round');
  setTimeout(tick, 400);
}
setImmediate(tick);
setTimeout(() => {}, 60_000);
