import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { register } from './commands';

let last = 0;

function Document({ number }: { number: number }) {
  useEffect(() => register({ label: `Print document ${number}`, run: () => window.print() }), [number]);
  return <article>Document {number}</article>;
}

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
      {number > 0 && <Document key={number} number={number} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(<Desk />);
