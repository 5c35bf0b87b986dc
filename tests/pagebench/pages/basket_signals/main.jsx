import { render } from 'preact';
import { useState } from 'preact/hooks';

import { BasketBadge } from './badge';
import { add } from './basket';

function Shop() {
  const [open, setOpen] = useState(false);
  return (
    <main>
      <button id="open" onClick={() => { add({ name: 'Tea' }); setOpen(true); }}>Open</button>
      <button id="close" onClick={() => setOpen(false)}>Close</button>
      {open && <BasketBadge />}
    </main>
  );
}

render(<Shop />, document.getElementById('root'));
