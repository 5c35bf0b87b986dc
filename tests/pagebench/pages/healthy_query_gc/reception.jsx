import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { fetchGuest } from './guests';

const ROOMS = Array.from({ length: 125 }, (_, place) => ({ door: 100 + place, beds: 1 + (place % 3) }));

function GuestCard({ number }) {
  const { data } = useQuery({ queryKey: ['guest', number], queryFn: () => fetchGuest(number) });
  return <p>{data ? `${data.name}, ${data.nights.length} nights, room ${ROOMS[number % 125].door}` : 'loading'}</p>;
}

export function Reception() {
  const [{ number, isOpen }, setState] = useState({ number: 0, isOpen: false });
  return (
    <main>
      <button id="open" onClick={() => setState({ number: number + 1, isOpen: true })}>
        Next guest
      </button>
      <button id="close" onClick={() => setState({ number, isOpen: false })}>
        Close
      </button>
      {isOpen && <GuestCard key={number} number={number} />}
    </main>
  );
}
