import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { NoteEditor } from './noteEditor';

let last = 0;

function Notes() {
  const [number, setNumber] = useState(0);
  return (
    <main>
      <button id="open" onClick={() => setNumber(++last)}>Open</button>
      <button id="close" onClick={() => setNumber(0)}>Close</button>
      {number > 0 && <NoteEditor key={number} number={number} />}
    </main>
  );
}

createRoot(document.getElementById('root')).render(<Notes />);
