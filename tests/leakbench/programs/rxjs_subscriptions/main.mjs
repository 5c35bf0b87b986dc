// View models that follow the session's state and are never told to stop.

import { BehaviorSubject } from 'rxjs';
import { distinctUntilChanged, map } from 'rxjs/operators';

const session$ = new BehaviorSubject({ user: 'ada', locale: 'en' });

class OrderViewModel {
  constructor(orderId) {
    this.orderId = orderId;
    this.lines = Array.from({ length: 4 }, (_, line) => ({ line, text: `item ${orderId}/${line}` }));
    session$
      .pipe(
        map((session) => session.locale),
        distinctUntilChanged(),
      )
      .subscribe((locale) => {
        this.locale = locale;
      });
  }
}

export function work(number) {
  const model = new OrderViewModel(number);
  if (number % 10 === 0) session$.next({ user: 'ada', locale: number % 20 ? 'en' : 'de' });
  return model.lines.length;
}
