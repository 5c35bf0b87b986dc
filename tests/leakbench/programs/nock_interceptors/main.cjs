'use strict';

// A test double that stayed in: each request mocks the upstream once more, and it is never asked.

const nock = require('nock');

class Fixture {
  constructor(number) {
    this.number = number;
    this.body = { id: number, items: ['a', 'b', 'c'] };
  }
}

exports.work = (number) => {
  const fixture = new Fixture(number);
  nock('http://upstream.example')
    .get(`/orders/${number}`)
    .reply(200, () => fixture.body);
};
