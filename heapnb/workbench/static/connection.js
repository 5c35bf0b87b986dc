// The line to the kernel: requests and their answers, and what to say while there are none.

export const RESTARTED = "The kernel was restarted: run the cell again.";
export const STOPPED = "The kernel has stopped: start it and run the cell again.";
export const BUSY = "The kernel is busy. It will answer when it has finished.";
export const SILENT = "The kernel does not answer. If it was restarted, run the cell again.";

const CHECK_MS = 1000;
// How long an answer may take until it is looked into.
const PATIENCE_MS = 3000;
// How long until a kernel is called silent of which nothing else is known.
const LONG_MS = 10_000;
const MOST_ATTEMPTS = 3;

/**
 * Sends requests and routes the answers to them.
 *
 * `send(message)` sends; `kernelStatus()` says what the front end knows of the kernel ("idle",
 * "busy", "dead" …, or null); `onTrouble(text or null)` hears when something is wrong and when it
 * no longer is; `now()` tells the time in milliseconds.
 */
export class Connection {
  #send;
  #kernelStatus;
  #onTrouble;
  #now;
  #pending = new Map();
  #timer = null;
  #lastHeard = -Infinity;
  #trouble = null;
  #isLost = false;
  #prefix;
  #number = 0;

  constructor({ send, kernelStatus = () => null, onTrouble = () => {}, now = () => performance.now() }) {
    this.#send = send;
    this.#kernelStatus = kernelStatus;
    this.#onTrouble = onTrouble;
    this.#now = now;
    // Several views listen to one model: each has numbers of its own.
    this.#prefix = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
  }

  /** Ask the kernel; rejects with an error that may have a hint. */
  request(method, params) {
    if (this.#isLost) return Promise.reject(disconnected(this.#trouble));
    return new Promise((resolve, reject) => {
      const message = { kind: "request", id: this.#nextId(), method, params };
      this.#dispatch({ message, resolve, reject, attempts: 0 });
      this.#timer ??= setInterval(() => this.check(), CHECK_MS);
    });
  }

  /** Take a message of the kernel; those to others are left alone. */
  receive(message) {
    if (!String(message?.id).startsWith(this.#prefix)) return;
    this.#lastHeard = this.#now();
    this.#isLost = false;
    this.#setTrouble(null);
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    if (message.kind === "answer") pending.resolve(message.result);
    else if (message.kind === "failure") pending.reject(failureOf(message));
    else this.#sendAgain(pending.sent);
    this.#rest();
  }

  /** Give up what is outstanding, and refuse what is yet to come. */
  lose(text) {
    this.#isLost = true;
    this.#setTrouble(text);
    const rejected = [...this.#pending.values()];
    this.#pending.clear();
    this.#rest();
    for (const { reject } of rejected) reject?.(disconnected(text));
  }

  /** Look into what takes long; runs every second as long as an answer is outstanding. */
  check() {
    const requests = [...this.#pending.values()].filter((pending) => pending.message.kind === "request");
    const since = Math.min(...requests.map((pending) => pending.sent));
    const waited = this.#now() - Math.max(since, this.#lastHeard);
    if (requests.length === 0 || waited < PATIENCE_MS) return;
    const status = this.#kernelStatus();
    if (status === "dead") return this.lose(STOPPED);
    const pings = [...this.#pending.values()].filter((pending) => pending.message.kind === "ping");
    const lastPing = Math.max(...pings.map((pending) => pending.sent));
    // A kernel with nothing to do that says nothing is another one: it does not know this browser.
    if (status === "idle" && pings.some((ping) => this.#now() - ping.sent >= PATIENCE_MS)) return this.lose(RESTARTED);
    if (waited >= LONG_MS) this.#setTrouble(status === "busy" ? BUSY : SILENT);
    if (this.#now() - lastPing < PATIENCE_MS) return;
    for (const ping of pings) this.#pending.delete(ping.message.id);
    this.#dispatch({ message: { kind: "ping", id: this.#nextId() }, attempts: 0 });
  }

  /** Forget everything; nobody listens any more. */
  dispose() {
    this.#pending.clear();
    this.#rest();
  }

  #nextId() {
    return `${this.#prefix}-${++this.#number}`;
  }

  #dispatch(pending) {
    pending.sent = this.#now();
    pending.attempts += 1;
    this.#pending.set(pending.message.id, pending);
    try {
      this.#send(pending.message);
    } catch {
      // Nobody is at the other end any more.
      this.lose(RESTARTED);
    }
  }

  /** Repeat what was asked before a ping that is answered: answers come in order, so it was lost. */
  #sendAgain(pinged) {
    for (const pending of [...this.#pending.values()]) {
      if (pending.message.kind !== "request" || pending.sent >= pinged) continue;
      if (pending.attempts < MOST_ATTEMPTS) {
        this.#dispatch(pending);
        continue;
      }
      this.#pending.delete(pending.message.id);
      pending.reject(new Error("The kernel did not answer."));
    }
  }

  #setTrouble(text) {
    if (text === this.#trouble) return;
    this.#trouble = text;
    this.#onTrouble(text);
  }

  #rest() {
    if (this.#pending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** An error that holds until the kernel answers again. */
function disconnected(text) {
  return Object.assign(new Error(text), { disconnected: true });
}

/** Turn a failure that the kernel reports into an error. */
export function failureOf({ message, hint }) {
  return Object.assign(new Error(String(message)), { hint: hint ?? null });
}
