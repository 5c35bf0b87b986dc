import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { searchCatalogue } from './catalogue';

export function Search() {
  const [number, setNumber] = useState(0);
  const text = `chair ${number}`;
  const found = useQuery({ queryKey: ['search', text], queryFn: () => searchCatalogue(text) });
  return (
    <main>
      <button id="next" onClick={() => setNumber(number + 1)}>
        {text}
      </button>
      <ul>
        {found.data?.map((product) => (
          <li key={product.name}>{product.name}</li>
        ))}
      </ul>
    </main>
  );
}
