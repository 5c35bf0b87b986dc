import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Reservation } from './Reservation';

let last = 0;

function Seats() {
  const [seat, setSeat] = useState(0);
  return (
    <>
      <button id="open" onClick={() => setSeat(++last)}>
        Reserve
      </button>
      <button id="close" onClick={() => setSeat(0)}>
        Leave
      </button>
      {seat > 0 && <Reservation key={seat} seat={seat} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(<Seats />);
