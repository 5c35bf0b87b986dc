'use strict';

/** Remember the results of a pure function by its arguments; those used last, up to a limit. */
function memoize(compute, limit) {
  const results = new Map();

  return function memoized(...args) {
    const key = JSON.stringify(args);
    const result = results.has(key) ? results.get(key) : compute(...args);
    results.delete(key); // so that it goes to the end
    results.set(key, result);
    if (results.size > limit) results.delete(results.keys().next().value);
    return result;
  };
}

module.exports = { memoize };
