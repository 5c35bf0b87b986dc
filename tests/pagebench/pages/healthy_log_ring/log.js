import { Ring } from './ring.js';

class LogEntry {
  constructor(level, message, details) {
    this.level = level;
    this.message = message;
    this.details = details;
    this.at = performance.now();
  }
}

const ring = new Ring(90);

export function log(level, message, details) {
  ring.add(new LogEntry(level, message, details));
}

export const latest = () => ring.latest;

/** What goes into a report of a mistake. */
export const report = () => ring.toArray().map(({ level, message }) => `${level}: ${message}`);
