'use strict';

/** Remember the results of a pure function by its arguments. */
function memoize(compute) {
  const results = new Map();

  return function memoized(...args) {
    const key = JSON.stringify(args);
    if (results.has(key)) return results.get(key);
    const result = compute(...args);
    results.set(key, result);
    return result;
  };
}

module.exports = { memoize };
