const METRICS = Symbol.for('shop.metrics');

export class Span {
  end = 0;
  readonly start = performance.now();

  constructor(readonly label: string) {}
}

declare global {
  interface Window {
    [METRICS]?: Span[];
  }
}

/** Notes how long something takes; several bundles share the list. */
export async function measured<T>(label: string, run: () => Promise<T>): Promise<T> {
  const span = new Span(label);
  (window[METRICS] ??= []).push(span);
  try {
    return await run();
  } finally {
    span.end = performance.now();
  }
}
