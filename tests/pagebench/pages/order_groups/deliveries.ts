import { Subject, groupBy, mergeMap } from 'rxjs';

import { stepsOf } from './steps';
import type { Change } from './steps';

export const changes$ = new Subject<Change>();

/** How far each order is. */
export const progress$ = changes$.pipe(
  groupBy((change) => change.order),
  mergeMap((order$) => stepsOf(order$, order$.key)),
);
