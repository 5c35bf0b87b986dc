import { useState } from 'react';

export function Card({ number }) {
  return <article>Card {number}</article>;
}

export function Board() {
  const [number, setNumber] = useState(0);
  return (
    <main>
      <button id="next" onClick={() => setNumber(number + 1)}>Next</button>
      <Card number={number} />
    </main>
  );
}
