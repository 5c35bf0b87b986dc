import { map, scan, takeWhile } from 'rxjs';
import type { Observable } from 'rxjs';

export interface Change {
  order: string;
  state: 'packed' | 'sent' | 'delivered';
}

/** All steps of an order until it is delivered. */
export function stepsOf(order$: Observable<Change>, order: string) {
  return order$.pipe(
    takeWhile(({ state }) => state !== 'delivered', true),
    scan((steps, { state }) => [...steps, state], [] as string[]),
    map((steps) => ({ order, steps })),
  );
}
