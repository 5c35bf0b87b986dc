import { useEffect, useRef } from 'react';

import { trackCard } from './tracking';

export function CardView({ card }) {
  const element = useRef(null);
  useEffect(() => {
    trackCard(card, element.current);
  }, [card]);
  return (
    <article ref={element} className="card">
      <h3>{card.title}</h3>
      <ul>
        {['open', 'in review', 'done'].map((state) => (
          <li key={state}>{state}</li>
        ))}
      </ul>
    </article>
  );
}
