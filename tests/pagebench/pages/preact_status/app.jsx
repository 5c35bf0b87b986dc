import { useState } from 'preact/hooks';

import { StatusLine } from './statusLine';

let last = 0;

export function App() {
  const [device, setDevice] = useState(0);
  return (
    <main>
      <button id="open" onClick={() => setDevice(++last)}>
        Open
      </button>
      <button id="close" onClick={() => setDevice(0)}>
        Close
      </button>
      {device > 0 && <StatusLine key={device} device={device} />}
    </main>
  );
}
