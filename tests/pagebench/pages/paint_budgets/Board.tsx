import { usePaintBudget } from './usePaintBudget';

export interface BoardData {
  name: string;
  columns: string[];
}

export function Board({ board }: { board: BoardData }) {
  const slow = usePaintBudget(board.name, 50);
  return (
    <section>
      <h2>
        {board.name} {slow > 3 && <em>slow</em>}
      </h2>
      <ul>
        {board.columns.map((column) => (
          <li key={column}>{column}</li>
        ))}
      </ul>
    </section>
  );
}
