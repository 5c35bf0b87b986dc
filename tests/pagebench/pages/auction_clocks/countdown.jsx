import { useState } from 'react';

import { useTicks } from './useTicks';

export function Countdown({ lot }) {
  const [seconds, setSeconds] = useState(600);
  useTicks(() => setSeconds((left) => left - (lot.number > 0 ? 1 : 0)));
  return (
    <p>
      {lot.title}: {seconds} s left
    </p>
  );
}
