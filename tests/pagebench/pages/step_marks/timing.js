/** Does some work, and says in the time line of the browser how long it took. */
export function timed(name, work) {
  const start = performance.mark(`${name}-start`).startTime;
  try {
    return work();
  } finally {
    performance.measure(name, { start, detail: { track: 'shop' } });
  }
}
