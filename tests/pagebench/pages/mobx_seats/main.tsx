import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { SeatBanner } from './SeatBanner';
import { seatStore } from './seatStore';

let last = 0;

function Theatre() {
  const [show, setShow] = useState<{ id: number; title: string } | null>(null);
  const open = () => {
    seatStore.hold(++last % 5);
    setShow({ id: last, title: `Evening ${last}` });
  };
  return (
    <main>
      <button id="open" onClick={open}>
        Open
      </button>
      <button id="close" onClick={() => setShow(null)}>
        Close
      </button>
      {show && <SeatBanner key={show.id} show={show} />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<Theatre />);
