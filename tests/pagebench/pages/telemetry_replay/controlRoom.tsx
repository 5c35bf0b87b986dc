import { useState } from 'react';

import { readings$, sample } from './telemetry';
import { useLatest } from './useLatest';

function Gauge() {
  const reading = useLatest(readings$);
  if (!reading) return <p>no reading</p>;
  return (
    <p className={reading.isAlarm ? 'alarm' : ''}>
      {reading.sensor}: {reading.celsius.toFixed(1)} °C
    </p>
  );
}

export function ControlRoom() {
  const [isShown, setIsShown] = useState(false);
  return (
    <main>
      <button id="show" onClick={() => setIsShown(true)}>
        Show
      </button>
      <button id="sample" onClick={sample}>
        Sample
      </button>
      <button id="hide" onClick={() => setIsShown(false)}>
        Hide
      </button>
      {isShown && <Gauge />}
    </main>
  );
}
