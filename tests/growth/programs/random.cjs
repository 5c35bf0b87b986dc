'use strict';

// Numbers that look random and are the same in every run.

exports.random = (seed = 7) => () => {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return seed / 2 ** 31;
};
