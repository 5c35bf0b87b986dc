import { useReducer, useRef } from 'react';

import { reduce, start } from './revisions';

const BRUSHES = Array.from({ length: 85 }, (_, place) => ({ name: `brush ${place}`, width: 1 + (place % 8) }));

export function Sketch() {
  const [{ past, present }, dispatch] = useReducer(reduce, start);
  const drawn = useRef(0);
  const draw = () => {
    const number = ++drawn.current;
    dispatch({ type: 'draw', stroke: `${BRUSHES[number % BRUSHES.length].name} at ${number}` });
  };
  return (
    <main>
      <button id="draw" onClick={draw}>
        Draw
      </button>
      <button id="undo" onClick={() => dispatch({ type: 'undo' })}>
        Undo ({past.length})
      </button>
      <ol>
        {present.strokes.map((stroke) => (
          <li key={stroke}>{stroke}</li>
        ))}
      </ol>
    </main>
  );
}
