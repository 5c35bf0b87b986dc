import { useEffect, useState } from 'react';
import { Subject, interval, of, switchMap, takeUntil } from 'rxjs';

/** Seconds until a seat is free for others again. */
export function useCountdown(seat: number) {
  const [seconds, setSeconds] = useState(600);

  useEffect(() => {
    const gone$ = new Subject<void>();
    of(seat)
      .pipe(
        takeUntil(gone$),
        switchMap(() => interval(1000)),
      )
      .subscribe((passed) => setSeconds(600 - passed));
    return () => gone$.next();
  }, [seat]);

  return seconds;
}
