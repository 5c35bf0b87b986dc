import { useState } from 'react';

import { CardView } from './cardView';

let lastId = 0;

export function Board() {
  const [card, setCard] = useState(null);
  return (
    <main>
      <button id="open" onClick={() => setCard({ id: ++lastId, title: `Task ${lastId}` })}>
        Open
      </button>
      <button id="close" onClick={() => setCard(null)}>
        Close
      </button>
      {card && <CardView key={card.id} card={card} />}
    </main>
  );
}
