import { useState } from 'react';

import { Room } from './room';

const ROOMS = ['Blue', 'Green', 'Red'];

export function Rooms() {
  const [state, setState] = useState({ last: 0, room: null });
  return (
    <main>
      <button id="open" onClick={() => setState({ last: state.last + 1, room: ROOMS[state.last % ROOMS.length] })}>
        Open
      </button>
      <button id="close" onClick={() => setState({ ...state, room: null })}>
        Close
      </button>
      {state.room && <Room key={state.last} name={state.room} />}
    </main>
  );
}
