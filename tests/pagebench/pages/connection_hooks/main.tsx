import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { SaveBar } from './SaveBar';

let last = 0;

function Desk() {
  const [number, setNumber] = useState(0);
  return (
    <>
      <button id="open" onClick={() => setNumber(++last)}>
        Open
      </button>
      <button id="close" onClick={() => setNumber(0)}>
        Close
      </button>
      {number > 0 && <SaveBar key={number} name={`Document ${number}`} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(<Desk />);
