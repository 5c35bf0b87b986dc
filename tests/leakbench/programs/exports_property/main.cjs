'use strict';

// A cache that other modules may look into, and none clears.

const history = require('./history.cjs');

exports.work = async (number) => {
  history.record(`search ${number}`, number % 5);
};
