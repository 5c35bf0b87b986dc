import { Subject, interval, map } from 'rxjs';

export interface Score {
  matchId: number;
  home: number;
  away: number;
}

export const scores$ = new Subject<Score>();

/** Stands for the feed of the stadium: a goal now and then. */
export function startFeed() {
  return interval(400)
    .pipe(map((tick) => ({ matchId: tick % 9, home: tick % 4, away: tick % 3 })))
    .subscribe((score) => scores$.next(score));
}
