import { useReducer } from 'react';
import { createRoot } from 'react-dom/client';

import { Board, type BoardData } from './Board';

type State = { opened: number; board: BoardData | null };

function reduce({ opened }: State, action: 'open' | 'close'): State {
  if (action === 'close') return { opened, board: null };
  const name = `Board ${opened + 1}`;
  return { opened: opened + 1, board: { name, columns: ['To do', 'Doing', 'Done'] } };
}

function Boards() {
  const [{ board }, dispatch] = useReducer(reduce, { opened: 0, board: null });
  return (
    <main>
      <button id="open" onClick={() => dispatch('open')}>
        Open
      </button>
      <button id="close" onClick={() => dispatch('close')}>
        Close
      </button>
      {board && <Board key={board.name} board={board} />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<Boards />);
