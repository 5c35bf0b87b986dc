'use strict';

// A context for each request, in which a promise for the user of the request is kept.

const { createNamespace } = require('cls-hooked');

const requests = createNamespace('requests');

async function loadUser(number) {
  await null;
  return { number, roles: ['reader'] };
}

exports.work = (number) =>
  new Promise((resolve) => {
    requests.run(() => {
      requests.set('user', loadUser(number));
      setImmediate(async () => {
        const user = await requests.get('user');
        resolve(user.roles.length);
      });
    });
  });
