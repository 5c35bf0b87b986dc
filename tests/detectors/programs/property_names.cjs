'use strict';

// Which users were seen: an object whose values say nothing, so that the names are what grows.
const seen = {};

exports.unit = (number) => {
  seen[`user-${number}`] = true;
};
