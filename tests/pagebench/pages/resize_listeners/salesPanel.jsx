import { useEffect, useRef, useState } from 'react';

import { salesOf } from './sales';

export function SalesPanel({ region }) {
  const panel = useRef(null);
  const [columns, setColumns] = useState(4);
  const rows = salesOf(region);

  useEffect(() => {
    const fitColumns = () => {
      if (panel.current !== null) setColumns(Math.max(2, Math.floor(panel.current.clientWidth / (120 + rows.length))));
    };
    window.addEventListener('resize', fitColumns);
    fitColumns();
  }, [region]);

  return (
    <section ref={panel} className="panel" style={{ columnCount: columns }}>
      <h2>{region}</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.product}>
            {row.product}: {row.amount}
          </li>
        ))}
      </ul>
    </section>
  );
}
