import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { client } from './client';
import { QuoteCard } from './QuoteCard';

let clicks = 0;

function Stocks() {
  const [asOf, setAsOf] = useState<number | null>(null);
  return (
    <>
      <button id="open" onClick={() => setAsOf(++clicks)}>
        Quote
      </button>
      <button id="close" onClick={() => setAsOf(null)}>
        Close
      </button>
      {asOf !== null && <QuoteCard symbol="ACME" asOf={asOf} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={client}>
    <Stocks />
  </QueryClientProvider>,
);
