// Bundled and minified before it runs. A feature flag adds its middleware whenever it is read.

import http from 'node:http';
import Koa from 'koa';

const app = new Koa();

function readFlags() {
  const audit = { user: 'ada', trail: new Array(8).fill('viewed') };
  app.use(async (ctx, next) => {
    ctx.set('x-audit', String(audit.trail.length));
    await next();
  });
  return { beta: true };
}

app.use(async (ctx, next) => {
  ctx.state.flags = readFlags();
  await next();
});

const server = http.createServer((request, response) => app.callback()(request, response));
server.listen(0, '127.0.0.1');
const listening = new Promise((resolve) => server.on('listening', resolve));

export async function work() {
  await listening;
  await new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
        response.resume();
        response.on('close', resolve);
      })
      .on('error', reject);
  });
}
