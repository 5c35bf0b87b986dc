import { useState } from 'preact/hooks';

import { Tooltip } from './tooltip';

let last = 0;

export function App() {
  const [tip, setTip] = useState(null);
  return (
    <main>
      <button id="open" onClick={() => setTip({ id: ++last, text: `Tip ${last}` })}>
        Open
      </button>
      <button id="close" onClick={() => setTip(null)}>
        Close
      </button>
      {tip && <Tooltip key={tip.id} tip={tip} />}
    </main>
  );
}
