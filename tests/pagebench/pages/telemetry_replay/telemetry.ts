import { Subject, filter, map, shareReplay } from 'rxjs';

export type Frame = { readonly id: number; readonly volts: number };

export class Reading {
  constructor(
    readonly sensor: string,
    readonly celsius: number,
    readonly isAlarm: boolean,
  ) {}
}

const SENSORS = Array.from({ length: 60 }, (_, id) => ({ id, name: `sensor ${id}`, scale: 20 + (id % 7) }));

const frames = new Subject<Frame>();

function toReading({ id, volts }: Frame): Reading {
  const { name, scale } = SENSORS[id % SENSORS.length];
  const celsius = volts * scale;
  return new Reading(name, celsius, celsius > 95);
}

/** Who subscribes late sees the last reading at once. */
export const readings$ = frames.pipe(
  filter(({ volts }) => volts > 0),
  map(toReading),
  shareReplay(),
);

let number = 0;

export function sample(): void {
  for (let place = 0; place < 6; place++) frames.next({ id: number++, volts: 1 + Math.random() * 3 });
}
