const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
class Request { constructor(i) { this.body = `body ${i} `.repeat(60); } }
const requests = new AsyncLocalStorage();
const connections = [];
function unit(i) { requests.run(new Request(i), () => { connections.push(new AsyncResource('CONNECTION')); }); }
