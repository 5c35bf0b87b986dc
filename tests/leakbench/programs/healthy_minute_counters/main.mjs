// Counters by minute for the last hour; the clock is the number of the unit.

const counters = {};

class Minute {
  constructor(minute) {
    this.minute = minute;
    this.byStatus = { ok: 0, failed: 0 };
    this.slowest = [`request ${minute}`];
  }
}

export function work(number) {
  const minute = `m${Math.floor(number / 2)}`;
  (counters[minute] ??= new Minute(minute)).byStatus.ok++;
  const names = Object.keys(counters);
  if (names.length > 15) delete counters[names[0]];
}
