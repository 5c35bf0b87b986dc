import { useReducer, useState } from 'preact/hooks';

import { selectTickets } from './selectors';
import { tickets } from './tickets';

export function TicketBoard() {
  const [owner] = useState('');
  const [seconds, refresh] = useReducer((now) => now + 1, 1000);
  const { found, byOwner } = selectTickets(tickets, { owner, isOpen: true, until: seconds });
  return (
    <main>
      <button id="refresh" onClick={() => refresh()}>
        Refresh
      </button>
      <p>{found.length} open</p>
      <ul>
        {Object.entries(byOwner).map(([name, theirs]) => (
          <li key={name}>
            {name}: {theirs.length}
          </li>
        ))}
      </ul>
    </main>
  );
}
