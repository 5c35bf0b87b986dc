class RequestError extends Error {}
const failures = [];
function unit(i) { failures.push(new RequestError(`request ${i} failed`)); }
