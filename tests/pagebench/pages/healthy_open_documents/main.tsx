import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Reader } from './Reader';

let last = 0;

function Library() {
  const [id, setId] = useState(0);
  return (
    <main>
      <button id="open" onClick={() => setId(++last)}>
        Open
      </button>
      <button id="close" onClick={() => setId(0)}>
        Close
      </button>
      {id > 0 && <Reader id={id} />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Library />
  </StrictMode>,
);
