'use strict';

const SPANS_KEPT = 200;

const spanLog = []; // the latest, for whoever looks at a slow request
const routeTotals = new Map();
let nextSpanNumber = 1;

class TraceSpan {
  constructor(route, headers) {
    this.number = nextSpanNumber++;
    this.route = route;
    this.headers = { ...headers };
    this.startedAt = performance.now();
    this.events = [{ name: 'start', at: this.startedAt }];
    this.status = 0;
  }

  finish(status) {
    this.status = status;
    const finishedAt = performance.now();
    this.events.push({ name: 'finish', at: finishedAt });
    const total = routeTotals.get(this.route) ?? { count: 0, time: 0 };
    total.count += 1;
    total.time += finishedAt - this.startedAt;
    routeTotals.set(this.route, total);
  }
}

function startTracing() {
  spanLog.length = 0;
  routeTotals.clear();
}

function trace(route, headers) {
  const span = new TraceSpan(route, headers);
  spanLog.push(span);
  if (spanLog.length > SPANS_KEPT) spanLog.shift();
  return span;
}

function slowestRoutes() {
  return [...routeTotals].map(([route, { count, time }]) => ({ route, mean: time / count }));
}

module.exports = { startTracing, trace, slowestRoutes };
