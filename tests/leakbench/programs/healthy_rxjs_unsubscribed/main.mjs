// Subscriptions that end with what they were made for.

import { BehaviorSubject, Subject } from 'rxjs';
import { map, takeUntil } from 'rxjs/operators';

const settings$ = new BehaviorSubject({ locale: 'en' });

class Page {
  #destroyed$ = new Subject();

  constructor(number) {
    this.number = number;
    settings$
      .pipe(
        map((settings) => settings.locale),
        takeUntil(this.#destroyed$),
      )
      .subscribe((locale) => {
        this.locale = locale;
      });
  }

  destroy() {
    this.#destroyed$.next();
    this.#destroyed$.complete();
  }
}

const openPages = [];

export async function work(number) {
  openPages.push(new Page(number));
  if (openPages.length > 12) openPages.shift().destroy();
  if (number % 20 === 0) settings$.next({ locale: number % 40 ? 'de' : 'en' });
}
