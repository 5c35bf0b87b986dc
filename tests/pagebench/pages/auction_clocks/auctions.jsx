import { useReducer } from 'react';

import { Countdown } from './countdown';

function reduce(state, action) {
  return action === 'open' ? { last: state.last + 1, shown: state.last + 1 } : { ...state, shown: 0 };
}

export function Auctions() {
  const [{ shown }, dispatch] = useReducer(reduce, { last: 0, shown: 0 });
  return (
    <main>
      <button id="open" onClick={() => dispatch('open')}>
        Open
      </button>
      <button id="close" onClick={() => dispatch('close')}>
        Close
      </button>
      {shown > 0 && <Countdown key={shown} lot={{ number: shown, title: `Lot ${shown}` }} />}
    </main>
  );
}
