/** A suspect, as `heapnb diagnose --json` prints it. */
export interface Suspect {
  rank: number;
  kind: string;
  class_name: string;
  count_per_snapshot: number[];
  retained_per_snapshot: number[];
  confidence: number;
  anchor: string;
  location: string | null;
  explanation: string;
  fix: string;
  [field: string]: unknown;
}

/** What `heapnb diagnose --json` prints. */
export interface Diagnosis {
  verdict: "leak" | "no-leak" | "undecided";
  reason: string;
  suspects: Suspect[];
  /** With `baseline`: which leaks are new, known and fixed. */
  baseline?: { new: object[]; known: object[]; fixed: object[] };
}

/** A page of Playwright with Chromium: what `expectNoLeak` uses of it. */
export interface ChromiumPage {
  context(): { newCDPSession(page: unknown): Promise<unknown> };
}

export interface Options {
  /** Calls of the function before the first snapshot and before the second; twice as many before the third. Default 100. */
  calls?: number;
  /** A page of Playwright: its heap is examined, not that of the test. Chromium only. */
  page?: ChromiumPage;
  /** A file of accepted leaks: only others fail; see `heapnb diagnose --baseline`. */
  baseline?: string;
  /** Folders with the program's sources. Default: the working directory. */
  sourceRoot?: string | string[];
  /** Whether an undecided verdict passes. Default true. */
  allowUndecided?: boolean;
  /** Keep the snapshots in this folder, which must not contain any. */
  keep?: string;
  /** A Parquet file for the verdict and the rates, and the name of the build. */
  history?: string;
  build?: string;
  /** How to run heapnb. Default: the variable HEAPNB, or else `heapnb`, or else `python3 -m heapnb`. */
  command?: string | string[];
  /** Milliseconds to wait before each snapshot, so that what the last calls began ends. Default 1,100. */
  rest?: number;
  /** Milliseconds for the diagnosis. Default 120,000. */
  timeout?: number;
}

/** The failure: its message is the diagnosis. */
export class HeapLeakError extends Error {
  readonly diagnosis: Diagnosis;
}

/**
 * Call a function many times, take three heap snapshots meanwhile, and reject if it leaks.
 *
 * @param fn - What is tested; gets the number of the call, from 0. A promise that it returns is awaited.
 * @returns The diagnosis.
 * @throws HeapLeakError if there is a leak; Error if heapnb cannot be run, or a call fails.
 */
export function expectNoLeak(fn: (call: number) => unknown, options?: Options): Promise<Diagnosis>;
